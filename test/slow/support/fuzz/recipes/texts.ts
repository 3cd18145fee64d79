import * as lib from '../../../../../lib';
import { LABELED, MAML, smallConfig, TEXTS } from '../../../../helpers/learners/text-models';
import type { Random } from '../random';
import { randomPlan, randomTensor } from '../tensors';
import { damaged, damagedAfter } from './damaged-files';
import { type AnyFunction, construction, methods, type Recipe, recipe } from './recipe';

const { text, torch, train } = lib;

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
  construction('text', 'text.EpisodeSampler', text.EpisodeSampler, () => [dataset(), options()]),
  construction('text', 'text.WordTokenizer', text.WordTokenizer, () => [
    { locale: 'en', lowerCase: true },
  ]),
  construction('text', 'text.VocabularyVectorizer', text.VocabularyVectorizer, () => [
    { tokenizer: tokenizer(), vocabulary: vocabulary(), maxLength: 3 },
  ]),
  construction('text', 'text.TextClassifier', text.TextClassifier, () => [model(), LABELED]),
  recipe('text', 'text.Vocabulary.build', text.Vocabulary.build, () => [
    [['a', 'b'], ['a']],
    { minCount: 1, maxSize: 9, specials: ['<s>'] },
  ]),
  recipe('text', 'text.Vocabulary.fromJSON', text.Vocabulary.fromJSON, () => [
    vocabulary().toJSON(),
  ]),
  ...methods('text', 'text.Vocabulary', vocabulary, {
    has: () => ['rain'],
    id: () => ['rain'],
    encode: () => [['rain', 'x']],
    decode: () => [[1, 2]],
    frequencies: () => [],
    toJSON: () => [],
  }),
  ...methods('text', 'text.EpisodeSampler', sampler, {
    episode: () => [0],
    episodes: () => [2, 0],
    batches: () => [2, 0],
  }),
  ...methods('text', 'text.WordTokenizer', tokenizer, { tokenize: () => ['Heavy rain.'] }),
  ...methods('text', 'text.VocabularyVectorizer', vectorizer, {
    vectorize: () => [['rain', 'wind']],
    lengths: () => [['rain', 'wind']],
  }),
  ...methods('text', 'text.TextClassifier', () => new text.TextClassifier(model(), LABELED), {
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
