import * as meta from '../../../../../lib/meta';
import { embedding, linear, mlp } from '../../../../../lib/nn';
import { adam, sgd } from '../../../../../lib/optim';
import { mapTree, type Tensor, type Tree, torch } from '../../../../../lib/torch';
import {
  estimate,
  evaluate,
  formatAccuracy,
  progressLogger,
  train,
} from '../../../../../lib/train';
import { type AnyFunction, type Recipe, recipe } from './recipe';

const encoder = linear({ inFeatures: 4, outFeatures: 3 });
const model = linear({ inFeatures: 4, outFeatures: 2 });
const sizes = { encoder, dimensions: 3, ways: 2 };
const inner = { optimizer: sgd({ learningRate: 0.1 }), innerSteps: 2 };
const pairs = mlp({ sizes: [6, 1] });

/** The options of each learner, for tasks of two classes. */
const LEARNERS: Readonly<Record<string, () => object>> = {
  maml: () => ({ model, innerLearningRate: 0.1, innerSteps: 2 }),
  mamlPlusPlus: () => ({ model, innerLearningRate: 0.1, innerSteps: 2 }),
  metaSgd: () => ({ model, innerSteps: 2 }),
  anil: () => ({ model, ...inner, head: () => true }),
  imaml: () => ({ model, ...inner, solverSteps: 2 }),
  reptile: () => ({ model, ...inner }),
  fineTuning: () => ({ model, ...inner }),
  linearProbe: () => ({ encoder, ...inner }),
  multiTask: () => ({ encoder, classes: 4, features: 3, ...inner }),
  metaLstm: () => ({ model, innerSteps: 2, hiddenSize: 2 }),
  prototypical: () => ({ encoder }),
  nearestClassMean: () => ({ encoder }),
  siamese: () => ({ encoder, dimensions: 3 }),
  contrastiveSiamese: () => ({ encoder, margin: 1 }),
  matching: () => ({ encoder, fullContext: { dimensions: 3, steps: 2 } }),
  relation: () => ({ encoder, relation: pairs }),
  induction: () => ({ encoder, dimensions: 3, slices: 2 }),
  graphNetwork: () => ({ ...sizes, layers: 1, features: 3, edgeFeatures: 3 }),
  r2d2: () => ({ encoder }),
  metaOptNet: () => ({ encoder }),
  mann: () => ({ ...sizes, hiddenSize: 4, slots: 4, wordSize: 3, reads: 2 }),
  snail: () => ({
    ...sizes,
    length: 5,
    filters: 2,
    attention: [
      [2, 2],
      [2, 2],
      [2, 2],
    ],
  }),
  metaNetworks: () => ({ model, representation: encoder, hiddenSize: 2 }),
  distributionalSignatures: () => ({
    embedding: embedding({ numEmbeddings: 6, embeddingDim: 3 }),
    frequencies: torch.ones([6]).div(6),
    hiddenSize: 2,
  }),
};

const NAMES = Object.keys(LEARNERS);
const drawn = () => torch.generator(1);

function examples(name: string, each: number) {
  const labels = torch
    .tensor([
      [0n, 1n],
      [1n, 0n],
    ])
    .repeat([1, each]);
  if (name !== 'distributionalSignatures') {
    return { inputs: torch.randn([2, 2 * each, 4], { generator: drawn() }) as Tree, labels };
  }
  const ids = torch.randint(0, 6, [2, 2 * each, 4], { generator: drawn() });
  return { inputs: { ids, mask: ids.ne(0) } as Tree, labels };
}

const episodes = (name: string) => ({
  ways: 2,
  support: examples(name, 2),
  query: examples(name, 1),
});

function learnerOf(name: string): meta.Learner<Tree, unknown, Tree> {
  return Reflect.apply(Reflect.get(meta, name), undefined, [LEARNERS[name]?.()]);
}

function paramsOf(name: string): Tree {
  const params = learnerOf(name).init(drawn());
  return mapTree(([w]) => w.detach().requiresGrad_(), params);
}

function recipesOfLearner(name: string): Recipe[] {
  const own =
    (key: 'adapt' | 'predict') =>
    (...args: unknown[]) =>
      Reflect.apply(learnerOf(name)[key], learnerOf(name), args);
  return [
    recipe('meta', `meta.${name}`, Reflect.get(meta, name), () => [LEARNERS[name]?.()]),
    recipe(
      'meta',
      `meta.${name}.init`,
      (source: never) => learnerOf(name).init(source),
      () => [drawn()],
    ),
    recipe('meta', `meta.${name}.adapt`, own('adapt'), (random) => [
      paramsOf(name),
      examples(name, 2),
      2,
      { differentiable: random.chance(0.5), generator: drawn() },
    ]),
    recipe('meta', `meta.${name}.predict`, own('predict'), () => {
      const adapted = learnerOf(name).adapt(paramsOf(name), examples(name, 2), 2);
      return [adapted, examples(name, 1).inputs, {}];
    }),
    recipe('meta', `meta.${name}.metaGradient`, meta.metaGradient as AnyFunction, () => [
      learnerOf(name),
      paramsOf(name),
      episodes(name),
      { generator: drawn(), tasksAtOnce: 1 },
    ]),
  ];
}

const logits = (): Tensor => torch.randn([2, 4, 3], { generator: drawn() });
const labels = (): Tensor => torch.randint(0, 3, [2, 4], { generator: drawn() });
const rows = (): Tensor => torch.randn([2, 4, 5], { generator: drawn() });
const name = 'prototypical';
const online = () =>
  meta.followTheMetaLeader({ learner: learnerOf(name), optimizer: adam(), metaSteps: 1, reuse: 1 });

export const LEARNER_RECIPES: readonly Recipe[] = [
  ...NAMES.flatMap(recipesOfLearner),
  recipe('meta', 'meta.queryLogits', meta.queryLogits as AnyFunction, () => [
    learnerOf(name),
    paramsOf(name),
    episodes(name),
    {},
  ]),
  recipe('meta', 'meta.queryAccuracy', meta.queryAccuracy as AnyFunction, () => [
    learnerOf(name),
    paramsOf(name),
    episodes(name),
  ]),
  recipe('meta', 'meta.taskCount', meta.taskCount, () => [examples(name, 2)]),
  recipe('meta', 'meta.taskCrossEntropy', meta.taskCrossEntropy, () => [logits(), labels()]),
  recipe('meta', 'meta.taskAccuracy', meta.taskAccuracy, () => [logits(), labels()]),
  recipe('meta', 'meta.oneHot', meta.oneHot, () => [labels(), 3, logits()]),
  recipe('meta', 'meta.classMeans', meta.classMeans, () => [rows(), labels(), 3]),
  recipe('meta', 'meta.relationLoss', meta.relationLoss, () => [logits(), labels()]),
  recipe('meta', 'meta.taskMse', meta.taskMse, () => [rows(), rows()]),
  recipe('meta', 'meta.ridgeRegression', meta.ridgeRegression, () => [
    rows(),
    logits(),
    torch.ones([]),
  ]),
  recipe('meta', 'meta.taskSimilarity', meta.taskSimilarity, () => [
    torch.ones([3]),
    torch.ones([3]),
  ]),
  recipe('meta', 'meta.sineTasks', meta.sineTasks, () => [
    drawn(),
    { tasks: 2, shots: 3, queries: 2 },
  ]),
  recipe('meta', 'meta.withRates', meta.withRates as AnyFunction, () => [
    sgd,
    { a: torch.ones([2]) },
  ]),
  recipe('meta', 'meta.selectLearner', meta.selectLearner as AnyFunction, () => [
    { a: { learner: learnerOf(name), params: paramsOf(name) } },
    [() => episodes(name)],
  ]),
  recipe('meta', 'meta.followTheMetaLeader', meta.followTheMetaLeader as AnyFunction, () => [
    { learner: learnerOf(name), optimizer: adam(), metaSteps: 1, reuse: 1 },
  ]),
  recipe(
    'meta',
    'meta.followTheMetaLeader.init',
    (...args: unknown[]) => Reflect.apply(online().init, undefined, args),
    () => [drawn()],
  ),
  recipe('train', 'train.estimate', estimate, () => [[0.5, 0.6]]),
  recipe('train', 'train.formatAccuracy', formatAccuracy, () => [
    { mean: 0.5, halfWidth: 0.1, count: 3 },
  ]),
  recipe('train', 'train.evaluate', evaluate as AnyFunction, () => [
    learnerOf(name),
    paramsOf(name),
    [() => episodes(name)],
  ]),
  recipe('train', 'train.progressLogger', progressLogger as AnyFunction, () => [
    { label: 'x', stream: { write: () => true } },
  ]),
  recipe('train', 'train.train', train as AnyFunction, () => [
    {
      learner: learnerOf(name),
      params: paramsOf(name),
      optimizer: adam({ learningRate: 0.1 }),
      episodes: () => episodes(name),
      steps: 2,
      tasksAtOnce: 1,
      // However many steps are asked for.
      signal: AbortSignal.timeout(200),
    },
  ]),
];
