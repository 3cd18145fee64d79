import fs from 'node:fs';
import * as lib from '../../../../../lib';
import { LABELED, MAML, smallConfig, TEXTS } from '../../../../helpers/text-models';
import type { Random } from '../random';
import { randomPlan, randomTensor } from '../tensors';
import { type AnyFunction, method, type Recipe, recipe } from './recipe';

const { text, torch, train } = lib;
type Make<T> = (random: Random) => T;

const vocabulary = () => text.Vocabulary.build(TEXTS.map((one) => one.split(' ')));
const tokenizer = () => new text.WordTokenizer();
const vectorizer = () =>
  new text.VocabularyVectorizer({ tokenizer: tokenizer(), vocabulary: vocabulary(), maxLength: 5 });
const dataset = () =>
  text.datasetFromRows(
    'abcdefgh'.split('').map((one, i) => ({ text: `${one} ${i}`, label: i % 2 ? 'odd' : 'even' })),
  );
const options = () => ({ ways: 2, shots: 1, queries: 1, generator: torch.generator(1) });
const sampler = () => new text.EpisodeSampler(dataset(), options());
const config = () => smallConfig({ ...MAML, ways: 2 });
const model = () => {
  const built = train.buildTextLearner(config());
  return { ...built, params: built.learner.init(torch.generator(1)) };
};

function construct(name: string, make: unknown, fitting: Make<readonly unknown[]>): Recipe {
  const call = (...args: unknown[]) => Reflect.construct(make as new () => unknown, args);
  return recipe('text', name, call, fitting);
}

function methods<T extends object>(
  name: string,
  make: () => T,
  fitting: Partial<Record<keyof T & string, Make<readonly unknown[]>>>,
): Recipe[] {
  return Object.entries(fitting).map(([key, args]) =>
    method(
      'text',
      `${name}.${key}`,
      make as Make<T>,
      key as keyof T & string,
      args as Make<readonly unknown[]>,
    ),
  );
}

export const TEXT_RECIPES: readonly Recipe[] = [
  recipe('text', 'text.datasetFromRows', text.datasetFromRows, () => [LABELED, { name: 'x' }]),
  recipe('text', 'text.sameText', text.sameText, () => ['A b']),
  recipe('text', 'text.sameWords', text.sameWords, () => ['A b']),
  recipe('text', 'text.readWordNetDefinitions', text.readWordNetDefinitions, () => [
    { directory: 'nowhere' },
  ]),
  recipe('text', 'text.loadWordNet', text.loadWordNet, () => [{ directory: 'nowhere' }]),
  recipe('text', 'text.encodeBatch', text.encodeBatch, () => [[[1, 2], [3]], { padId: 0 }]),
  recipe('text', 'text.vectorizeTasks', text.vectorizeTasks, () => [
    vectorizer(),
    [['rain'], ['wind']],
  ]),
  recipe('text', 'text.episodeTensors', text.episodeTensors, () => [
    sampler().episodes(2),
    vectorizer(),
  ]),
  recipe('text', 'text.meanEncoder', text.meanEncoder, () => [
    { vocabularySize: 5, dimensions: 3, dropout: 0.1 },
  ]),
  construct('text.EpisodeSampler', text.EpisodeSampler, () => [dataset(), options()]),
  construct('text.WordTokenizer', text.WordTokenizer, () => [{ locale: 'en', lowerCase: true }]),
  construct('text.VocabularyVectorizer', text.VocabularyVectorizer, () => [
    { tokenizer: tokenizer(), vocabulary: vocabulary(), maxLength: 3 },
  ]),
  construct('text.TextClassifier', text.TextClassifier, () => [model(), LABELED]),
  recipe('text', 'text.Vocabulary.build', text.Vocabulary.build, () => [
    [['a', 'b'], ['a']],
    { minCount: 1, maxSize: 9, specials: ['<s>'] },
  ]),
  recipe('text', 'text.Vocabulary.fromJSON', text.Vocabulary.fromJSON, () => [
    vocabulary().toJSON(),
  ]),
  ...methods('text.Vocabulary', vocabulary, {
    has: () => ['rain'],
    id: () => ['rain'],
    encode: () => [['rain', 'x']],
    decode: () => [[1, 2]],
    frequencies: () => [],
    toJSON: () => [],
  }),
  ...methods('text.EpisodeSampler', sampler, {
    episode: () => [0],
    episodes: () => [2, 0],
    batches: () => [2, 0],
  }),
  ...methods('text.WordTokenizer', tokenizer, { tokenize: () => ['Heavy rain.'] }),
  ...methods('text.VocabularyVectorizer', vectorizer, {
    vectorize: () => [['rain', 'wind']],
    lengths: () => [['rain', 'wind']],
  }),
  ...methods('text.TextClassifier', () => new text.TextClassifier(model(), LABELED), {
    predict: () => [['rain']],
    dispose: () => [],
  }),
  recipe('train', 'train.buildTextLearner', train.buildTextLearner as AnyFunction, () => [
    config(),
  ]),
  recipe('train', 'train.saveTextModel', train.saveTextModel as AnyFunction, () => [
    'model',
    config(),
    model().params,
  ]),
  recipe('train', 'train.loadTextModel', train.loadTextModel as AnyFunction, (random) => {
    damagedAfter(random, () => train.saveTextModel('model', config(), model().params), [
      'model/config.json',
      'model/model.safetensors',
    ]);
    return ['model'];
  }),
  recipe('train', 'train.saveCheckpoint', train.saveCheckpoint as AnyFunction, () => [
    'checkpoint',
    { params: { a: torch.ones([2]) }, config: { a: 1 } },
  ]),
  recipe('train', 'train.loadCheckpoint', train.loadCheckpoint as AnyFunction, (random) => {
    damagedAfter(
      random,
      () => train.saveCheckpoint('checkpoint', { params: { a: torch.ones([2]) }, config: {} }),
      ['checkpoint/config.json', 'checkpoint/model.safetensors'],
    );
    return ['checkpoint', train.textModelSchema];
  }),
];

/** Writes files, and changes some bytes of one of them, or its length. */
function damagedAfter(random: Random, write: () => void, files: readonly string[]): void {
  write();
  if (random.chance(0.3)) return;
  const file = random.pick(files);
  fs.writeFileSync(file, damaged(fs.readFileSync(file), random));
}

function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let times = 1 + random.int(4); times > 0; times--) {
    copy[random.int(Math.max(1, copy.length))] = random.pick([
      0,
      255,
      34,
      44,
      48,
      91,
      123,
      125,
      random.int(256),
    ]);
  }
  return random.chance(0.2) ? copy.subarray(0, random.int(copy.length)) : copy;
}

const tensorsOf = (random: Random) => ({
  a: torch.ones([2, 3]),
  b: randomTensor(random, randomPlan(random)),
});
const plain = () => ({ a: torch.ones([2, 3]), b: torch.arange(4) });

function reader(
  name: string,
  write: () => void,
  file: string,
  more: readonly unknown[] = [],
): Recipe {
  const read = Reflect.get(lib, name) as AnyFunction;
  const used = (...args: never[]) => {
    const opened: unknown = read(...args);
    if (!/^open/.test(name)) return opened;
    const source = opened as { keys(): string[]; tensor(name: string): unknown; close(): void };
    try {
      return source.keys().map((key) => source.tensor(key));
    } finally {
      source.close();
    }
  };
  return recipe('files', name, used, (random) => {
    damagedAfter(random, write, [file]);
    return [file, ...more];
  });
}

export const FILE_RECIPES: readonly Recipe[] = [
  recipe('files', 'writeNpy', lib.writeNpy, (random) => [
    'x.npy',
    randomTensor(random, randomPlan(random)),
  ]),
  recipe('files', 'serializeNpy', lib.serializeNpy, (random) => [
    randomTensor(random, randomPlan(random)),
  ]),
  recipe('files', 'parseNpy', lib.parseNpy, (random) => [
    damaged(lib.serializeNpy(torch.ones([2, 3])), random),
  ]),
  reader('readNpy', () => lib.writeNpy('y.npy', torch.ones([2, 3])), 'y.npy'),
  recipe('files', 'writeNpz', lib.writeNpz, (random) => [
    'x.npz',
    tensorsOf(random),
    { compress: random.chance(0.5) },
  ]),
  reader('readNpz', () => lib.writeNpz('y.npz', plain(), { compress: true }), 'y.npz'),
  reader('openNpz', () => lib.writeNpz('y.npz', plain()), 'y.npz'),
  recipe('files', 'writeSafetensors', lib.writeSafetensors, (random) => [
    'x.safetensors',
    tensorsOf(random),
    { a: 'b' },
  ]),
  recipe('files', 'serializeSafetensors', lib.serializeSafetensors, (random) => [
    tensorsOf(random),
    { a: 'b' },
  ]),
  reader('readSafetensors', () => lib.writeSafetensors('y.safetensors', plain()), 'y.safetensors', [
    {},
  ]),
  reader('openSafetensors', () => lib.writeSafetensors('y.safetensors', plain()), 'y.safetensors', [
    { mmap: true },
  ]),
];
