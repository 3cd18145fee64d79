import fs from 'node:fs';
import path from 'node:path';
import { adam } from '../../../../../lib/optim';
import * as text from '../../../../../lib/text';
import { type Tree, torch } from '../../../../../lib/torch';
import * as train from '../../../../../lib/train';
import {
  smallExamples,
  smallLearner,
  smallParams,
} from '../../../../helpers/learners/small-learners';
import { mutated } from '../mutate';
import { Random } from '../random';
import { damagedAfter } from './damaged-files';
import { disposing, timed } from './limited';
import { type AnyFunction, methods, type Recipe, recipe, recipesOf } from './recipe';
import { shared } from './shared-encoders';

const TEXTS = ['heavy rain and wind', 'rain and wind', 'heavy bread', 'bread and wind'];
const ROWS = ['card', 'money', 'rain', 'food'].flatMap((label) =>
  Array.from({ length: 5 }, (_, i) => ({ text: `${label} ${'abcde'[i]} and more`, label })),
);
const LEARNERS = ['prototypical', 'maml', 'r2d2', 'nearest-class-mean', 'reptile', 'matching'];

const config = (random: Random) => ({
  learner: { kind: random.pick(LEARNERS) },
  splits: { train: 0.5, validation: 0, test: 0.5 },
  episodes: { ways: 2, shots: 1, queries: 1, tasks: 1 },
  encoder: { kind: 'mean', dimensions: 3 },
  steps: 1,
  optimizer: { kind: 'adam', learningRate: 0.01 },
  evaluation: { validation: 2, test: 2, shots: [1] },
  augmentation: { by: ['word-dropout'], copies: 1 },
  seeds: [1],
});

const dataset = () => text.datasetFromRows(ROWS, { name: 'rows' });

/** In the folder of the calls, which is entered after this file has been read. */
const savedFolder = (): string => path.resolve('fitted-model');
let saved: Promise<void> | undefined;

/** A model on the disk, made once and copied for each call, damaged or not. */
async function savedModel(): Promise<void> {
  saved ??= (async () => {
    const own = { ...config(new Random(1)), learner: 'prototypical' };
    const made: train.FitResult = await Reflect.apply(train.fit, undefined, [dataset(), own]);
    fs.mkdirSync(savedFolder(), { recursive: true });
    train.saveModel(savedFolder(), made.model);
    made.model.dispose();
  })();
  return saved;
}

/** Loads what is at a path, and adapts it. */
const loaded: AnyFunction = async (...[folder, examples]: unknown[]) => {
  await savedModel();
  const model: train.MetaModel = await Reflect.apply(train.loadModel, undefined, [folder]);
  try {
    using classifier = model.classifier(examples as text.LabeledText[]);
    classifier.predict(['a card']);
    train.saveModel('again', model);
  } finally {
    model.dispose();
  }
};

const copied = (random: Random): string => {
  if (!fs.existsSync(path.join(savedFolder(), 'config.json'))) return savedFolder();
  damagedAfter(random, () => fs.cpSync(savedFolder(), 'copied', { recursive: true }), [
    'copied/config.json',
    'copied/model.safetensors',
  ]);
  return 'copied';
};

const of = recipesOf('train', 'train', train);
const encoders = {
  mean: () =>
    text.TRAINABLE_ENCODERS.mean.build(
      text.TRAINABLE_ENCODERS.mean.check({ dimensions: 3 }, 'options', 'mean'),
      TEXTS,
    ),
};

const pretrained: AnyFunction = async (...[texts, options]: unknown[]) => {
  await undefined;
  const encoder = await encoders.mean();
  await Reflect.apply(train.pretrainEncoder, undefined, [encoder, texts, options]);
};

/** A run's checkpoints, some bytes of which are changed. */
async function checkpoints(random: Random): Promise<void> {
  fs.rmSync('checkpoints', { recursive: true, force: true });
  await train.train({
    learner: smallLearner('prototypical'),
    params: smallParams('prototypical'),
    optimizer: adam({ learningRate: 0.1 }),
    episodes: () => ({
      support: smallExamples('prototypical', 2),
      query: smallExamples('prototypical', 1),
      ways: 2,
    }),
    steps: 2,
    checkpoints: { folder: 'checkpoints', every: 1 },
  });
  const files = fs.readdirSync('checkpoints').map((name) => `checkpoints/${name}`);
  damagedAfter(
    random,
    () => undefined,
    files.filter((file) => fs.statSync(file).isFile()),
  );
}

const latest: Recipe = {
  area: 'train',
  name: 'train.latestCheckpoint',
  prepare(random) {
    const args = random.chance(0.7) ? ['checkpoints'] : mutated(['checkpoints'], random);
    const run = async () => {
      await checkpoints(random);
      return Reflect.apply(train.latestCheckpoint, undefined, args);
    };
    return { run, args };
  },
};

const facts = () => ({
  learner: { kind: 'prototypical' },
  encoder: { kind: 'mean', dimensions: 3 },
});

export const TRAINING_RECIPES: readonly Recipe[] = [
  of(
    'fit',
    (random) => [dataset(), config(random), {}],
    (fn) => disposing(timed(2)(fn)),
  ),
  recipe('train', 'train.loadModel', loaded, (random) => [copied(random), ROWS.slice(0, 10)]),
  latest,
  recipe(
    'train',
    'train.MetaModel',
    async (...[own, params]: unknown[]) => {
      const encoder = await encoders.mean();
      return Reflect.construct(train.MetaModel, [own, encoder, params]);
    },
    () => [facts(), { encoder: {} } as Tree],
  ),
  of(
    'search',
    (random) => [
      {
        rate: { kind: 'log-uniform', low: 1e-4, high: 1 },
        size: { kind: 'integer', low: 1, high: 4, when: { name: 'a' } },
        name: { kind: 'categorical', choices: ['a', 'b'] },
      },
      ({ rate }: { rate: number }) => rate,
      {
        trials: 3,
        sampler: random.pick(['tpe', 'grid', { kind: 'random' }]),
        seed: 1,
        workers: 1,
        ...(random.chance(0.3) && { file: 'study.jsonl' }),
      },
    ],
    timed(2),
  ),
  of('accuracyOf', () => [
    { loss: { mean: 1, halfWidth: 0 }, accuracy: { mean: 1, halfWidth: 0 } },
  ]),
  of('formatEvaluation', () => [
    { loss: { mean: 1, halfWidth: 0, count: 2 }, accuracy: { mean: 1, halfWidth: 0, count: 2 } },
  ]),
  of('cosinePairLoss', () => [torch.ones([2, 3]), torch.ones([2, 3]), torch.ones([2])]),
  of('supervisedContrast', () => [torch.ones([4, 3]), torch.tensor([0n, 0n, 1n, 1n]), 0.1]),
  of('viewContrast', () => [torch.ones([2, 3]), torch.ones([2, 3]), 0.1]),
  recipe('train', 'train.pretrainEncoder', timed(1)(pretrained), (random) => [
    TEXTS,
    { objective: random.pick(['denoising', 'contrast', 'masked-words']), steps: 1, batchSize: 2 },
  ]),
  of(
    'trainLanguageModel',
    () => [
      text.lstmLanguageModel(TEXTS, { dimensions: 3, hiddenSize: 3, minCount: 1 }),
      TEXTS,
      { steps: 1, batchSize: 2, learningRate: 0.01 },
    ],
    timed(2),
  ),
  of(
    'fineTuneEncoder',
    () => [shared().encoder, ROWS.slice(0, 8), { layers: 1, steps: 1 }],
    (fn) => disposing(timed(2)(fn)),
  ),
  ...methods(
    'train',
    'train.textModelSchema',
    () => train.textModelSchema as object as { safeParse(value: unknown): unknown },
    {
      safeParse: () => [{ learner: { kind: 'maml' } }],
    },
  ),
];
