import * as meta from '../../../../../lib/meta';
import { adam, sgd } from '../../../../../lib/optim';
import { type Tensor, torch } from '../../../../../lib/torch';
import {
  estimate,
  evaluate,
  formatAccuracy,
  progressLogger,
  train,
} from '../../../../../lib/train';
import {
  smallExamples,
  smallLearner,
  smallLearnerOptions,
  smallParams,
} from '../../../../helpers/learners/small-learners';
import { type AnyFunction, type Recipe, recipe } from './recipe';

const drawn = () => torch.generator(1);

const episodes = (name: string) => ({
  ways: 2,
  support: smallExamples(name, 2),
  query: smallExamples(name, 1),
});

function recipesOfLearner(name: string): Recipe[] {
  const own =
    (key: 'adapt' | 'predict') =>
    (...args: unknown[]) =>
      Reflect.apply(smallLearner(name)[key], smallLearner(name), args);
  return [
    recipe('meta', `meta.${name}`, Reflect.get(meta, name), () => [smallLearnerOptions[name]?.()]),
    recipe(
      'meta',
      `meta.${name}.init`,
      (source: never) => smallLearner(name).init(source),
      () => [drawn()],
    ),
    recipe('meta', `meta.${name}.adapt`, own('adapt'), (random) => [
      smallParams(name),
      smallExamples(name, 2),
      2,
      { differentiable: random.chance(0.5), generator: drawn() },
    ]),
    recipe('meta', `meta.${name}.predict`, own('predict'), () => {
      const adapted = smallLearner(name).adapt(smallParams(name), smallExamples(name, 2), 2);
      return [adapted, smallExamples(name, 1).inputs, {}];
    }),
    recipe('meta', `meta.${name}.metaGradient`, meta.metaGradient as AnyFunction, () => [
      smallLearner(name),
      smallParams(name),
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
  meta.followTheMetaLeader({
    learner: smallLearner(name),
    optimizer: adam(),
    metaSteps: 1,
    reuse: 1,
  });

export const LEARNER_RECIPES: readonly Recipe[] = [
  ...Object.keys(smallLearnerOptions).flatMap(recipesOfLearner),
  recipe('meta', 'meta.queryLogits', meta.queryLogits as AnyFunction, () => [
    smallLearner(name),
    smallParams(name),
    episodes(name),
    {},
  ]),
  recipe('meta', 'meta.queryAccuracy', meta.queryAccuracy as AnyFunction, () => [
    smallLearner(name),
    smallParams(name),
    episodes(name),
  ]),
  recipe('meta', 'meta.taskCount', meta.taskCount, () => [smallExamples(name, 2)]),
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
    { a: { learner: smallLearner(name), params: smallParams(name) } },
    [() => episodes(name)],
  ]),
  recipe('meta', 'meta.followTheMetaLeader', meta.followTheMetaLeader as AnyFunction, () => [
    { learner: smallLearner(name), optimizer: adam(), metaSteps: 1, reuse: 1 },
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
    smallLearner(name),
    smallParams(name),
    [() => episodes(name)],
  ]),
  recipe('train', 'train.progressLogger', progressLogger as AnyFunction, () => [
    { label: 'x', stream: { write: () => true } },
  ]),
  recipe('train', 'train.train', train as AnyFunction, () => [
    {
      learner: smallLearner(name),
      params: smallParams(name),
      optimizer: adam({ learningRate: 0.1 }),
      episodes: () => episodes(name),
      steps: 2,
      tasksAtOnce: 1,
      // However many steps are asked for.
      signal: AbortSignal.timeout(200),
    },
  ]),
];
