import fs from 'node:fs';
import { gzipSync } from 'node:zlib';
import { isPlainObject } from '../../../../../lib/check';
import * as text from '../../../../../lib/text';
import { RandomSource } from '../../../../../lib/text/random-source';
import { torch } from '../../../../../lib/torch';
import type { Random } from '../random';
import { damaged } from './damaged-files';
import { type AnyFunction, type Recipe, recipe, recipesOf } from './recipe';
import { shared } from './shared-encoders';

const ROWS = 'abcdefgh'.split('').map((one, i) => ({
  text: `${one} word ${i}`,
  label: 'xyz'[i % 3] ?? '',
  split: i % 2 ? 'train' : 'test',
}));
const SPLITS = { metaTrain: ['x'], metaValidation: ['y'], metaTest: ['z'] };
const json = (value: unknown) => JSON.stringify(value);
const table = (mark: string) =>
  `text${mark}label${mark}split\n${ROWS.map((row) => `"${row.text}"${mark}${row.label}${mark}${row.split}\n`).join('')}`;

/** A file of each form that is read, by its name. */
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'rows.csv': table(','),
  'rows.tsv': table('\t'),
  'rows.json': json(ROWS),
  'columns.json': json({ text: ROWS.map((row) => row.text), label: ROWS.map((row) => row.label) }),
  'labels.json': json({ x: ['one', 'two'], y: ['three'] }),
  'rows.jsonl': ROWS.map((row) => `${json(row)}\n`).join(''),
  'clinc.json': json({ train: [['one', 'x']], oos_test: [['two', 'oos']] }),
  'few-rel.json': json({
    P1: [{ tokens: ['a', 'b'], h: ['a', 'Q1', [[0]]], t: ['b', 'Q2', [[1]]] }],
  }),
  'rows.conll': '# intent: rain\nheavy\tO\nrain\tB-what\n\n# intent: wind\nwind\tB-what\n',
  'rows.csv.gz': gzipSync(table(',')),
  'utf16.csv': Buffer.from(`\ufeff${table(',')}`, 'utf16le'),
  'seq.in': 'one\ntwo\n',
};

const READ = { text: 'text', label: 'label', split: 'split', maxRecordLength: 1000 };

/** Writes a file of some form, damaged now and then, and gives its path. */
function dataFile(random: Random): string {
  const [name = '', content = ''] = random.pick(Object.entries(FILES));
  const bytes = Buffer.from(content);
  fs.writeFileSync(name, random.chance(0.5) ? damaged(bytes, random) : bytes);
  return name;
}

const drain = (fn: AnyFunction): AnyFunction => {
  const read = fn as (...args: unknown[]) => AsyncIterable<unknown>;
  return (async (...args: unknown[]) => {
    for await (const row of read(...args)) if (row === undefined) return;
  }) as AnyFunction;
};

/** With options that keep it from the network, whatever they were. */
const offline = (fn: AnyFunction): AnyFunction => {
  const called = fn as (...args: unknown[]) => unknown;
  return ((name: unknown, options: unknown) =>
    called(
      name,
      isPlainObject(options) || options === undefined ? { ...options, offline: true } : options,
    )) as AnyFunction;
};

const dataset = () => text.datasetFromRows(ROWS, { name: 'rows' });
const options = () => ({ ways: 2, shots: 1, queries: 1, generator: torch.generator(1) });
const sampler = () => new text.EpisodeSampler(dataset(), options());

function foldsFolder(random: Random): string {
  fs.mkdirSync('folds/01', { recursive: true });
  for (const [name, label] of Object.entries({ train: 'x', valid: 'y', test: 'z' })) {
    const bytes = Buffer.from(`${label}\n${label}2\n`);
    const content = random.chance(0.2) ? damaged(bytes, random) : bytes;
    fs.writeFileSync(`folds/01/labels.${name}.txt`, content);
  }
  return 'folds';
}

function savedEpisodes(random: Random): string {
  text.saveEpisodes('episodes.json', sampler(), 2);
  const bytes = fs.readFileSync('episodes.json');
  fs.writeFileSync('episodes.json', random.chance(0.5) ? damaged(bytes, random) : bytes);
  return 'episodes.json';
}

const of = recipesOf('datasets', 'text', text);
type Augmenter = 'randomSpan' | 'synonyms' | 'wordDropout' | 'wordSwap';

/** An augmentation that is made, and then used. */
const augmenter = (name: Augmenter, fitting: object): Recipe =>
  recipe(
    'datasets',
    `text.${name}`,
    (...[given, one]: unknown[]) => {
      const change: unknown = Reflect.apply(Reflect.get(text, name), undefined, [given]);
      return (change as AnyFunction as (...args: unknown[]) => unknown)(one, new RandomSource(1));
    },
    () => [fitting, 'heavy rain and a strong wind'],
  );

export const DATASET_RECIPES: readonly Recipe[] = [
  of('readDataset', (random) => [dataFile(random), random.pick([{}, READ])]),
  of('readRows', (random) => [dataFile(random), random.pick([{}, READ])], drain),
  of('datasheet', () => [ROWS, { similarity: 0.8, most: 5 }]),
  of('listDatasets', () => []),
  of('datasetFolder', () => ['banking77', 'cache']),
  of('downloadDataset', () => ['banking77', { cacheFolder: 'cache', from: 'own' }], offline),
  of('loadIntents', (random) => [{ language: random.pick(['en', 'zh']) }]),
  of('readClassFolds', (random) => [foldsFolder(random)]),
  of('requireDisjointClasses', () => [SPLITS]),
  of('splitSamplers', () => [dataset(), { metaTrain: ['x', 'y'] }, options()]),
  of('saveEpisodes', () => ['saved.json', sampler(), 2, 0]),
  of('loadEpisodes', (random) => [savedEpisodes(random), dataset()]),
  of('augmentEpisode', () => [
    sampler().episode(0),
    0,
    { augmentations: [text.wordSwap()], copies: 2, generator: torch.generator(1) },
  ]),
  augmenter('wordDropout', { rate: 0.3 }),
  augmenter('wordSwap', { swaps: 2 }),
  augmenter('randomSpan', { keep: 0.5 }),
  augmenter('synonyms', { rate: 0.5, directory: 'nowhere' }),
  of('cachedFeatures', () => [shared().encoder, ['rain', 'wind'], 'features', { batchSize: 2 }]),
];
