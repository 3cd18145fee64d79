import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { type LabeledText, readWordNetDefinitions } from '../../lib/text';
import { type Part, readPart, rowsByLabel } from '../results/data';

const DATA = resolve(__dirname, '../../../shared/data');
/** Texts of each label that are read of large sources, which are encoded in minutes then. */
const MOST = 200;

const read = (path: string): string => readFileSync(join(DATA, path), 'utf8');

/** Texts of the sources, by the names that `npm run train:heads` and the tables give them. */
const READERS: Readonly<Record<string, () => LabeledText[]>> = {
  xsid: () => ['valid', 'test'].flatMap((part) => intents(read(`xsid-0.7/en.${part}.conll`))),
  sib200: () => ['train', 'dev', 'test'].flatMap((part) => topics(`sib200/eng_Latn/${part}.tsv`)),
  nusax: () =>
    ['train', 'valid', 'test'].flatMap((part) => csvRows(read(`nusax-senti/english/${part}.csv`))),
  fewrel: () => {
    const relations: Record<string, { tokens: string[] }[]> = JSON.parse(
      read('fewrel/val_wiki.json'),
    );
    return Object.entries(relations).flatMap(([label, sentences]) =>
      sentences.slice(0, MOST).map(({ tokens }) => ({ text: tokens.join(' '), label })),
    );
  },
  wordnet: () => firstOfEach(readWordNetDefinitions(), 60),
};

/** The rows of a source: `clinc150/test`, `banking77/train`, or one of those that have no parts. */
export function readSource(name: string): Part {
  const reader = READERS[name];
  return reader === undefined ? readPart(name) : { name, rows: enough(reader()) };
}

function csvRows(file: string): LabeledText[] {
  const rows: LabeledText[] = parse(file, { columns: true, bom: true });
  return rows.map(({ text, label }) => ({ text, label }));
}

function intents(file: string): LabeledText[] {
  const pattern = /^# text[ =:]+(?<text>.*)\n(?:#.*\n)*?# intent[ =:]+(?<label>.*)$/gm;
  return [...file.matchAll(pattern)].flatMap(({ groups }) =>
    groups ? [{ text: groups['text']?.trim() ?? '', label: groups['label']?.trim() ?? '' }] : [],
  );
}

function topics(path: string): LabeledText[] {
  const lines = read(path).trim().split('\n').slice(1);
  return lines.map((line) => {
    const [, label = '', text = ''] = line.split('\t');
    return { text: text.trim(), label };
  });
}

/** The same number of each label, spread over all of its texts. */
function firstOfEach(rows: readonly LabeledText[], most: number): LabeledText[] {
  return [...rowsByLabel(rows).values()].flatMap((own) => {
    const step = Math.max(1, Math.floor(own.length / most));
    const places = own.filter((_, i) => i % step === 0).slice(0, most);
    return places.flatMap((place) => rows[place] ?? []);
  });
}

/** Without labels that have too few texts for an episode of 5 shots and 10 queries. */
function enough(rows: readonly LabeledText[]): LabeledText[] {
  const byLabel = rowsByLabel(rows);
  return rows.filter(({ label }) => (byLabel.get(label)?.length ?? 0) >= 20);
}
