import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TransferClassifier } from '../../lib/serve';
import {
  HashedVectorizer,
  joinedVectorizer,
  type LabeledText,
  readDataset,
  type Vectorizer,
} from '../../lib/text';
import { type Tensor, torch } from '../../lib/torch';
import { estimate, formatAccuracy } from '../../lib/train';
import { DATA, drawn, ENCODERS } from './data';
import { difference } from './scores';

const SEEDS = 5;
const SHOTS = 8;
const NUSAX = [
  'indonesian',
  'javanese',
  'sundanese',
  'minangkabau',
  'balinese',
  'banjarese',
  'buginese',
  'ngaju',
];
const SIB = ['deu_Latn', 'fra_Latn', 'spa_Latn', 'swh_Latn', 'yor_Latn', 'rus_Cyrl'];
const XSID = ['de', 'de-ba', 'nl', 'da', 'it', 'id', 'tr', 'lt'];

/** A text and the number that it has in all languages. */
type Row = LabeledText & { id: number };
/** A language to learn for, its texts to draw examples from and those to be tested on. */
type Target = { language: string; train: readonly Row[]; test: readonly LabeledText[] };

/** NusaX: sentiment in languages of Indonesia, from English reviews and 8 examples of each sentiment. */
export async function sentimentTable(names: readonly string[]): Promise<string[][]> {
  const read = async (language: string, part: string): Promise<Row[]> => {
    const path = join(DATA, 'nusax-senti', language, `${part}.csv`);
    const { rows } = await readDataset(path, { groups: ['id'] });
    return rows.map((row) => ({ ...row, id: Number(row.groups?.['id']) }));
  };
  const targets = await Promise.all(
    NUSAX.map(async (language) => ({
      language,
      train: await read(language, 'train'),
      test: await read(language, 'test'),
    })),
  );
  return transferTable(names, await read('english', 'train'), targets);
}

/** SIB-200: topics in other languages, from English sentences and 8 examples of each topic. */
export async function topicTable(names: readonly string[]): Promise<string[][]> {
  const read = (language: string, part: string): Row[] =>
    readFileSync(join(DATA, 'sib200', language, `${part}.tsv`), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [id, label = '', text = ''] = line.split('\t');
        return { text: text.trim(), label, id: Number(id) };
      });
  const targets = SIB.map((language) => ({
    language,
    train: read(language, 'train'),
    test: read(language, 'test'),
  }));
  return transferTable(names, read('eng_Latn', 'train'), targets);
}

/** xSID: intents in other languages and in a dialect, from English requests and 8 examples of each intent. */
export async function intentTable(names: readonly string[]): Promise<string[][]> {
  // The files have their sentences in the same order.
  const read = async (language: string, part: string): Promise<Row[]> =>
    (await readDataset(join(DATA, `xsid-0.7/${language}.${part}.conll`))).rows.map((row, id) => ({
      ...row,
      id,
    }));
  const targets = await Promise.all(
    XSID.map(async (language) => ({
      language,
      train: await read(language, 'valid'),
      test: await read(language, 'test'),
    })),
  );
  return transferTable(names, await read('en', 'valid'), targets);
}

/** What a draw of examples came to, each as a share of right answers. */
type Run = { base: number; alone: number; both: number };

/**
 * The texts of these data are translations of each other. Half of the English ones are the source, and examples are
 * drawn from translations of the other half: those who have few examples do not have them in two languages.
 */
async function transferTable(
  names: readonly string[],
  english: readonly Row[],
  targets: readonly Target[],
): Promise<string[][]> {
  const source = english.filter(({ id }) => id % 2 === 0);
  const lines = [
    [
      'features',
      'language',
      'English alone',
      `${SHOTS} examples alone`,
      'both',
      'gain over English',
      'gain over examples',
    ],
  ];
  for (const name of [undefined, ...names]) {
    using encoder = name === undefined ? undefined : await ENCODERS[name]?.();
    const hashed = new HashedVectorizer();
    const vectorizer = remembering(encoder ? joinedVectorizer([encoder, hashed]) : hashed);
    const features = name === undefined ? 'words and characters' : `${name}, words and characters`;
    using sourceAlone = new TransferClassifier(vectorizer, [], { source });
    const all: Run[][] = [];
    const write = (language: string, runs: readonly Run[]): void => {
      const line = [features, language, ...cellsOf(runs)];
      console.error(line.join(' | '));
      lines.push(line);
    };
    for (const { language, train, test } of targets) {
      const base = accuracy(sourceAlone, test);
      const others = train.filter(({ id }) => id % 2 === 1);
      const runs = Array.from({ length: SEEDS }, (_, seed) => {
        const examples = drawn(others, SHOTS, seed);
        using alone = new TransferClassifier(vectorizer, examples);
        using both = new TransferClassifier(vectorizer, examples, { source });
        return { base, alone: accuracy(alone, test), both: accuracy(both, test) };
      });
      all.push(runs);
      write(language, runs);
    }
    // Of each draw the mean over the languages, so that the interval is one over draws.
    const mean = (seed: number, key: keyof Run): number =>
      all.reduce((sum, runs) => sum + (runs[seed]?.[key] ?? Number.NaN), 0) / all.length;
    write(
      'all',
      Array.from({ length: SEEDS }, (_, seed) => ({
        base: mean(seed, 'base'),
        alone: mean(seed, 'alone'),
        both: mean(seed, 'both'),
      })),
    );
  }
  return lines;
}

function cellsOf(runs: readonly Run[]): string[] {
  return [
    (100 * (runs[0]?.base ?? Number.NaN)).toFixed(1),
    formatAccuracy(estimate(runs.map(({ alone }) => alone))),
    formatAccuracy(estimate(runs.map(({ both }) => both))),
    difference(runs.map(({ base, both }) => both - base)),
    difference(runs.map(({ alone, both }) => both - alone)),
  ];
}

/** The same without reading texts twice that were asked for in the same order; numbers outlive a scope's tensors. */
function remembering(vectorizer: Vectorizer<Tensor>): Vectorizer<Tensor> {
  const known = new Map<string, { values: Float32Array; shape: readonly number[] }>();
  return {
    vectorize: (texts) => {
      const key = JSON.stringify(texts);
      let own = known.get(key);
      if (own === undefined) {
        using x = vectorizer.vectorize(texts);
        own = { values: Float32Array.from(x.data(), Number), shape: x.shape };
        known.set(key, own);
      }
      return torch.tensor(own.values, { shape: [...own.shape] });
    },
    lengths: (texts) => vectorizer.lengths(texts),
  };
}

export function accuracy(classifier: TransferClassifier, test: readonly LabeledText[]): number {
  const found = classifier.predict(test.map(({ text }) => text));
  return found.filter(({ label }, i) => label === test[i]?.label).length / test.length;
}
