import {
  isLowRank,
  type LowRankParams,
} from '../../../../lib/meta/gradient/low-rank/low-rank-update';
import {
  type Episodes,
  type MamlOptions,
  type MamlParams,
  maml,
  metaGradient,
  queryLogits,
} from '../../../../lib/meta/index';
import {
  type Layer,
  type LinearParams,
  layerNorm,
  linear,
  mlp,
  relu,
  sequential,
} from '../../../../lib/nn/index';
import { flattenTree, type Tensor, type Tree, torch } from '../../../../lib/torch/index';
import { parametersOf, randomEpisodes } from '../../support/support';

const STEPS = 3;
// Six support rows in three steps: fewer than the hidden sizes, more than the classes.
const shape = { tasks: 4, ways: 3, shots: 2, size: 24 };
const episodes = randomEpisodes(torch.generator(1), shape);

const models: [string, Layer<Tree>][] = [
  ['a multi-layer perceptron', mlp({ sizes: [24, 32, 20, 3] }) as Layer<Tree>],
  [
    'layers in sequence, some of them dense',
    sequential(
      linear({ inFeatures: 24, outFeatures: 32, bias: false }),
      layerNorm({ normalizedShape: 32 }),
      relu(),
      linear({ inFeatures: 32, outFeatures: 3 }),
    ) as Layer<Tree>,
  ],
];

function largest(a: Tree, b: Tree): number {
  const other = flattenTree(b);
  const differences = Object.entries(flattenTree(a)).map(([path, tensor]) =>
    Number(
      tensor
        .sub(other[path] as Tensor)
        .abs()
        .max()
        .item(),
    ),
  );
  return Math.max(...differences);
}

/** The meta-gradient with recorded layers is that of plain ones. */
function expectPlain<P extends Tree, E extends Tree>(
  options: MamlOptions<P, E, Tensor>,
  at: number | MamlParams<P, E>,
  batch: Episodes,
): void {
  const recorded = maml({ ...options, lowRank: true });
  const params = typeof at === 'number' ? parametersOf(recorded, at) : at;
  const ours = metaGradient(recorded, params, batch).gradients;
  const theirs = metaGradient(maml({ ...options, lowRank: false }), params, batch).gradients;
  expect(largest(ours, theirs)).toBeLessThan(1e-12);
}

describe.each(models)('%s', (_, model) => {
  const options = { model, innerLearningRate: 0.2, innerSteps: STEPS };
  const lowRank = maml(options);
  const dense = maml({ ...options, lowRank: false });
  const params = parametersOf(dense, 2);

  test('predicts the same', () => {
    const ours = queryLogits(lowRank, params, episodes).logits;
    const theirs = queryLogits(dense, params, episodes).logits;
    expect(largest(ours, theirs)).toBeLessThan(1e-12);
    expect(ours.requiresGrad).toBe(false);
  });

  test('has the same meta-gradient, of second and of first order', () => {
    for (const firstOrder of [false, true]) {
      const ours = metaGradient(maml({ ...options, firstOrder }), params, episodes);
      const theirs = metaGradient(
        maml({ ...options, firstOrder, lowRank: false }),
        params,
        episodes,
      );
      expect(ours.loss).toBeCloseTo(theirs.loss, 12);
      expect(largest(ours.gradients, theirs.gradients)).toBeLessThan(1e-12);
    }
  });

  test('agrees to 1e-5 in float32', () => {
    const single = parametersOf(dense, 2, 'float32');
    const cast = (set: typeof episodes.support) => ({ ...set, inputs: set.inputs.to('float32') });
    const batch = { ...episodes, support: cast(episodes.support), query: cast(episodes.query) };
    const ours = metaGradient(lowRank, single, batch);
    const theirs = metaGradient(dense, single, batch);
    expect(largest(ours.gradients, theirs.gradients)).toBeLessThan(1e-5);
  });

  test('really keeps products instead of weights', () => {
    const adapted = flattenTree(lowRank.adapt(params, episodes.support, 3).model);
    const updates = Object.keys(adapted).filter((path) => path.includes('.update.'));
    expect(updates.length).toBeGreaterThan(0);
    // The first layer sees the same rows at every step, so its rank does not grow.
    expect(adapted['0.update.inputs']?.shape).toEqual([4, 6, 24]);
    expect(adapted['0.weight']?.shape).toEqual([32, 24]);
    const plain = flattenTree(dense.adapt(params, episodes.support, 3).model);
    expect(Object.keys(plain).some((path) => path.includes('update'))).toBe(false);
  });
});

test('with an encoder before the model the meta-gradient reaches it as well', () => {
  const encoder = linear({ inFeatures: 24, outFeatures: 24 });
  const options = {
    model: mlp({ sizes: [24, 32, 3] }),
    encoder,
    innerLearningRate: 0.2,
    innerSteps: STEPS,
  };
  expectPlain(options, 3, episodes);
});

test('a layer whose weights one module shares twice gets both updates', () => {
  const shared = linear({ inFeatures: 24, outFeatures: 24 });
  const head = linear({ inFeatures: 24, outFeatures: 3 });
  const model: Layer<{ shared: Tree; head: Tree }> = {
    init: (generator) => ({ shared: shared.init(generator), head: head.init(generator) }),
    apply: (params, x, context) => {
      const once = shared.apply(params.shared as never, x, context).tanh();
      const twice = shared.apply(params.shared as never, once, context).tanh();
      return head.apply(params.head as never, twice, context);
    },
    tasks: true,
  };
  const options = { model, innerLearningRate: 0.2, innerSteps: STEPS };
  expectPlain(options, 4, episodes);
});

test.each([
  ['they are too many', [24, 6, 3], [4, 6, 24]],
  ['those of all steps are', [24, 32, 6], [4, 6, 32]],
])('stays dense where the rows cost more than the weight: %s', (_, sizes, expected) => {
  const model = mlp({ sizes });
  const learner = maml({ model, innerLearningRate: 0.2, innerSteps: STEPS });
  const adapted = learner.adapt(parametersOf(learner, 5), episodes.support, 3).model;
  const layer: LowRankParams | undefined = adapted[expected[1] === 6 && expected[2] === 24 ? 0 : 1];
  expect(layer?.update).toBeUndefined();
  expect(layer?.weight.shape).toEqual(expected);
});

test('layers on sequences, [T, n, L, D], move as those on rows', () => {
  const token = linear({ inFeatures: 24, outFeatures: 16 });
  const head = linear({ inFeatures: 16, outFeatures: 3 });
  const model: Layer<{ token: Tree; head: Tree }> = {
    init: (generator) => ({ token: token.init(generator), head: head.init(generator) }),
    apply: (params, x, context) => {
      const seen = token.apply(params.token as never, x, context).tanh();
      return head.apply(params.head as never, seen.mean([2]), context);
    },
    tasks: true,
  };
  const sequences = ({ inputs, labels }: typeof episodes.support) => ({
    inputs: torch.stack([inputs, inputs.flip([1])], 2),
    labels,
  });
  const batch = {
    ...episodes,
    support: sequences(episodes.support),
    query: sequences(episodes.query),
  };
  const options = { model, innerLearningRate: 0.2, innerSteps: STEPS };
  expectPlain(options, 6, batch);
});

test('layers on one input keep their products apart, with a bias, without and with a shared weight', () => {
  const biased = linear({ inFeatures: 24, outFeatures: 32 });
  const plain = linear({ inFeatures: 24, outFeatures: 32, bias: false });
  const head = linear({ inFeatures: 32, outFeatures: 3 });
  type Params = { biased: LinearParams; plain: LinearParams; tied: LinearParams; head: Tree };
  const model: Layer<Params> = {
    init: (generator) => {
      const first = biased.init(generator);
      const tied = { weight: first.weight, bias: torch.ones([32]) };
      return { biased: first, plain: plain.init(generator), tied, head: head.init(generator) };
    },
    apply: (params, x, context) => {
      const of = (own: LinearParams): Tensor => biased.apply(own, x, context);
      const seen = of(params.biased).add(of(params.plain)).mul(of(params.tied)).tanh();
      return head.apply(params.head as never, seen, context);
    },
    tasks: true,
  };
  const options = { model, innerLearningRate: 0.2, innerSteps: STEPS };
  const params = parametersOf(maml(options), 7);
  params.model.tied.weight = params.model.biased.weight;
  expectPlain(options, params, episodes);
});

test('keeps products only where they are half as many as the weights', () => {
  const of = (rank: number) => ({
    inputs: torch.zeros([2, rank, 24]),
    deltas: torch.zeros([2, rank, 32]),
  });
  // 2·6·(24 + 32) = 672 and 2·7·56 = 784, where weights [32, 24] have 768.
  expect([6, 7].map((rank) => isLowRank(of(rank)))).toEqual([true, false]);
});

test('the rank stays where a layer sees the same rows, of sequences and of first order too', () => {
  const layer = linear({ inFeatures: 64, outFeatures: 64 });
  const model = { ...layer, apply: (...args) => layer.apply(...args).mean([2]) } as typeof layer;
  const inputs = torch.randn([4, 6, 2, 64], { generator: torch.generator(1) });
  const labels = torch.zeros([4, 6], { dtype: 'int64' });
  const onSequences = maml({ model, innerLearningRate: 0.1, innerSteps: 3, lowRank: true });
  const params = onSequences.init(torch.generator(2));
  const { update }: LowRankParams = onSequences.adapt(params, { inputs, labels }, 64).model;
  expect(update?.inputs.shape).toEqual([4, 12, 64]);
  const first = maml({
    model: mlp({ sizes: [24, 32, 3] }),
    encoder: linear({ inFeatures: 24, outFeatures: 24 }),
    innerLearningRate: 0.1,
    innerSteps: 3,
    firstOrder: true,
  });
  const how = { differentiable: true };
  const [adapted]: LowRankParams[] = first.adapt(
    parametersOf(first, 1),
    episodes.support,
    3,
    how,
  ).model;
  expect(adapted?.update?.inputs.shape).toEqual([4, 6, 24]);
});

test('an output that the loss does not use moves nothing, and hides no other', () => {
  const shared = linear({ inFeatures: 24, outFeatures: 24 });
  const head = linear({ inFeatures: 24, outFeatures: 3 });
  const model: Layer<{ shared: LinearParams; head: LinearParams }> = {
    init: (generator) => ({ shared: shared.init(generator), head: head.init(generator) }),
    apply: (params, x, context) => {
      shared.apply(params.shared, x.mul(2), context);
      const seen = shared.apply(params.shared, x, context).tanh();
      return head.apply(params.head, seen, context);
    },
    tasks: true,
  };
  expectPlain({ model, innerLearningRate: 0.2, innerSteps: STEPS }, 8, episodes);
});
