import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { normalize } from '../../lib/meta/metric/normalize';
import { nameVectors } from '../../lib/serve/heads/label-names';
import {
  cachedFeatures,
  type LabeledText,
  loadEncoder,
  loadWordVectors,
  SentenceEncoder,
} from '../../lib/text';
import { nameAsText } from '../../lib/text/name-as-text';
import { RandomSource } from '../../lib/text/random-source';
import { readSafetensors, type Tensor, torch, writeSafetensors } from '../../lib/torch';

/** Where the data sets lie. */
export const DATA = resolve(__dirname, '../../../shared/data');
/** Where vectors are kept from one table to the next. */
export const CACHE = join(tmpdir(), 'metatorch-results');

/** A part of a data set that lies beside the project. */
export type Part = { name: string; rows: readonly LabeledText[] };

/** The parts that are used, by name. */
export function readPart(name: string): Part {
  const [set, part] = name.split('/');
  if (set === 'banking77') {
    const file = readFileSync(join(DATA, `banking77/${part}.csv`), 'utf8');
    const rows: { text: string; category: string }[] = parse(file, { columns: true, bom: true });
    return { name, rows: rows.map(({ text, category }) => ({ text, label: category })) };
  }
  const file = readFileSync(join(DATA, 'clinc150/data_full.json'), 'utf8');
  const all: Record<string, [string, string][]> = JSON.parse(file);
  const rows = (all[part ?? ''] ?? []).map(([text, label]) => ({ text, label }));
  return { name, rows };
}

/** What `loadEncoder` takes for the encoders of the tables that are not word vectors. */
export const SOURCES: Readonly<Record<string, string>> = {
  'use-lite': 'use-lite',
  minilm: join(DATA, 'encoders/all-MiniLM-L6-v2'),
};

/** Encoders by the names that the tables give them. */
export const ENCODERS: Readonly<Record<string, () => Promise<SentenceEncoder>>> = {
  'use-lite': () => loadEncoder(),
  minilm: () => loadEncoder(join(DATA, 'encoders/all-MiniLM-L6-v2')),
  glove: async () =>
    new SentenceEncoder(
      await loadWordVectors(join(DATA, 'vectors/glove-100d-30k/glove-100d-30k.txt.gz')),
    ),
};

export const hasData = (): boolean => existsSync(DATA);

/** The vectors of a part, of length 1; encoded once and kept in the system's temporary folder. */
export async function features(encoder: SentenceEncoder, { rows }: Part): Promise<Tensor> {
  using x = await cachedFeatures(
    encoder,
    rows.map(({ text }) => text),
    CACHE,
  );
  return normalize(x);
}

/**
 * What takes long to make, kept in the system's temporary folder from one table to the next.
 *
 * @param of all that decides what is made: the encoder, the way, the texts
 */
export async function kept(of: readonly string[], make: () => Promise<Tensor>): Promise<Tensor> {
  const digest = createHash('sha256');
  for (const part of of) digest.update(part);
  const path = join(CACHE, `${digest.digest('hex')}.safetensors`);
  if (existsSync(path)) {
    const { x } = readSafetensors(path).tensors;
    if (x !== undefined) return x;
  }
  const x = await make();
  mkdirSync(CACHE, { recursive: true });
  writeSafetensors(path, { x });
  return x;
}

/** The rows of each label, in the order of the labels' names. */
export function rowsByLabel(rows: readonly LabeledText[]): Map<string, number[]> {
  const byLabel = new Map<string, number[]>();
  for (const label of [...new Set(rows.map((row) => row.label))].sort()) byLabel.set(label, []);
  for (const [i, { label }] of rows.entries()) byLabel.get(label)?.push(i);
  return byLabel;
}

/** The vectors `[N, D]` of the names of a part's labels, in the order of the names, as a classifier reads them. */
export function labelNames(encoder: SentenceEncoder, { rows }: Part): Tensor {
  const texts = [...rowsByLabel(rows).keys()].map(nameAsText);
  return torch.scope(() => nameVectors(encoder.readSync(texts)));
}

/** The places of so many texts of each label, or of all there are. */
export function drawnPlaces(rows: readonly LabeledText[], shots: number, seed: number): number[] {
  const random = new RandomSource(seed);
  return [...rowsByLabel(rows).values()].flatMap((own) =>
    random.sample(own, Math.min(shots, own.length)),
  );
}

/** So many texts of each label, or all there are. */
export function drawn(rows: readonly LabeledText[], shots: number, seed: number): LabeledText[] {
  return drawnPlaces(rows, shots, seed).flatMap((place) => rows[place] ?? []);
}

/** Whether a flag, such as `--data=banking77`, names this, or is not there. */
export function wanted(flag: string, name: string): boolean {
  const given = process.argv.filter((one) => one.startsWith(`${flag}=`));
  return given.length === 0 || given.includes(`${flag}=${name}`);
}
