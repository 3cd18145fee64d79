import {
  anil,
  type Episodes,
  fineTuning,
  imaml,
  type Learner,
  linearProbe,
  maml,
  mamlPlusPlus,
  metaGradient,
  metaLstm,
  metaNetworks,
  metaSgd,
  multiTask,
  queryLogits,
  reptile,
} from '../../lib/meta';
import { dropout, type Layer, linear } from '../../lib/nn';
import { sgd } from '../../lib/optim';
import { type Tensor, type Tree, torch } from '../../lib/torch';
import { distance, treeDistance } from './support/contract';
import { parametersOf, randomEpisodes } from './support/support';

type Params = { first: Tensor; second: Tensor; gain: Tensor };

const init: Layer<Params>['init'] = (generator) => ({
  first: torch.randn([5, 4], { generator }).mul(0.5),
  second: torch.randn([3, 5], { generator }).mul(0.5),
  gain: torch.rand([1], { generator }).add(0.5),
});

/** As people write it: for one task. With a task axis its gain would meet the examples. */
const ofOneTask: Layer<Params> = {
  init,
  apply: ({ first, second, gain }, x) => x.matmul(first.mT).sin().matmul(second.mT).mul(gain),
};

/** The same for T tasks. */
const declaring: Layer<Params> = {
  init,
  apply: ({ first, second, gain }, x) =>
    x
      .matmul(first.mT)
      .sin()
      .matmul(second.mT)
      .mul(gain.ndim === 2 ? gain.unsqueeze(1) : gain),
  tasks: true,
};

// Six tasks of six rows: what ignores the axis broadcasts.
const shape = { tasks: 6, ways: 3, shots: 2, queries: 2, size: 4 };
const classes = torch.arange(3).expand([6, -1]);
const episodes: Episodes = { ...randomEpisodes(torch.generator(1), shape), classes };
const optimizer = sgd({ learningRate: 0.1 });
const representation = linear({ inFeatures: 4, outFeatures: 4 });

type Make = (layer: Layer<Params>) => Learner<Tree, Tree>;
const made = (make: (layer: Layer<Params>) => unknown): Make => make as Make;
const BY_MODEL: readonly (readonly [string, Make])[] = [
  ['maml', made((model) => maml({ model, innerLearningRate: 0.1 }))],
  ['maml by an optimizer', made((model) => maml({ model, optimizer, maxNorm: 1 }))],
  ['mamlPlusPlus', made((model) => mamlPlusPlus({ model, innerLearningRate: 0.1 }))],
  ['anil', made((model) => anil({ model, optimizer, head: (path) => path === 'second' }))],
  ['metaSgd', made((model) => metaSgd({ model }))],
  ['reptile', made((model) => reptile({ model, optimizer }))],
  ['imaml', made((model) => imaml({ model, optimizer }))],
  ['metaLstm', made((model) => metaLstm({ model }))],
  ['metaNetworks', made((model) => metaNetworks({ model, representation }))],
  ['fineTuning', made((model) => fineTuning({ model, optimizer }))],
];
const head = linear({ inFeatures: 3, outFeatures: 3 });
const BY_ENCODER: readonly (readonly [string, Make])[] = [
  ['maml', made((encoder) => maml({ model: head, encoder, innerLearningRate: 0.1 }))],
  ['linearProbe', made((encoder) => linearProbe({ encoder, innerSteps: 3 }))],
  ['multiTask', made((encoder) => multiTask({ encoder, classes: 3, features: 3, innerSteps: 3 }))],
];

test.each([...BY_MODEL, ...BY_ENCODER])('%s takes what is written for one task', (_, make) => {
  const [own, exact] = [make(ofOneTask), make(declaring)];
  const params = parametersOf(own, 2);
  const logits = queryLogits(own, params, episodes).logits;
  expect(distance(logits, queryLogits(exact, params, episodes).logits)).toBeLessThan(1e-12);
  const how = { generator: torch.generator(3) };
  const [ours, theirs] = [own, exact].map((one) => metaGradient(one, params, episodes, how));
  expect(ours?.loss).toBeCloseTo(theirs?.loss ?? Number.NaN, 12);
  expect(treeDistance(ours?.gradients ?? {}, theirs?.gradients ?? {})).toBeLessThan(1e-11);
});

test.each(BY_MODEL)('%s drops otherwise in each task while training', (_, make) => {
  const drop = dropout({ p: 0.5 });
  const dropping: Layer<Params> = {
    ...ofOneTask,
    apply: (params, x, context) => ofOneTask.apply(params, drop.apply({}, x, context), context),
  };
  const learner = make(dropping);
  const params = parametersOf(learner, 2);
  const run = (seed: number) =>
    metaGradient(learner, params, episodes, { generator: torch.generator(seed) }).gradients;
  expect(treeDistance(run(1), run(1))).toBe(0);
  expect(treeDistance(run(1), run(2))).toBeGreaterThan(1e-6);
});

test.each(BY_MODEL)('%s says how to write a model that reads data', (_, make) => {
  const reading: Layer<Params> = {
    ...ofOneTask,
    apply: (params, x) => (Number(x.sum().item()) > 0 ? x : ofOneTask.apply(params, x)),
  };
  const learner = make(reading);
  const params = parametersOf(learner, 2);
  expect(() => learner.adapt(params, episodes.support, 3)).toThrow(
    expect.objectContaining({
      code: 'ERR_TORCH_VMAP',
      message: expect.stringMatching('tasks: true'),
    }),
  );
});
