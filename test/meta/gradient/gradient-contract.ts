import {
  type Episodes,
  type Learner,
  metaGradient,
  taskCrossEntropy,
} from '../../../lib/meta/index';
import { type Context, type Layer, type LinearParams, linear, mlp } from '../../../lib/nn/index';
import { leaves, type Tensor, type Tree, torch } from '../../../lib/torch/index';
import { queryLoss, treeDistance } from '../support/contract';
import { parametersOf, randomEpisodes } from '../support/support';

/** What the contract tells a learner; what else it needs is the test's. */
export type ContractOptions = {
  model: Layer<LinearParams>;
  encoder: Layer<LinearParams>;
  loss?: typeof taskCrossEntropy;
  innerSteps?: number;
  maxNorm?: number;
};
type Made = Learner<Tree, Tree>;

const episodes = randomEpisodes(torch.generator(11));
const plain = linear({ inFeatures: 4, outFeatures: 3 });
const encoder = linear({ inFeatures: 4, outFeatures: 4 });

/** A layer that writes down the context of every call. */
function watched(layer: Layer<LinearParams>, seen: Context[]): Layer<LinearParams> {
  return {
    init: layer.init,
    apply: (params, x, context = {}) => {
      seen.push(context);
      return layer.apply(params, x, context);
    },
  };
}

/** Asserts that model and encoder see what `fn` passes on. */
function expectContext(
  make: (options: ContractOptions) => Made,
  fn: (learner: Made, params: Tree) => void,
  expected: Context,
): void {
  const [models, encoders]: Context[][] = [[], []];
  if (!models || !encoders) throw new Error('no lists');
  const learner = make({
    model: watched(plain, models),
    encoder: watched(encoder, encoders),
    innerSteps: 2,
  });
  const params = parametersOf(learner, 1);
  fn(learner, params);
  expect(encoders.length).toBeGreaterThan(0);
  for (const { training = false, generator } of [...models, ...encoders]) {
    expect({ training, generator }).toEqual(expected);
  }
}

/** Layers are told whether this is training and what to draw from; nothing is left behind. */
export function describeContext(make: (options: ContractOptions) => Made): void {
  const generator = torch.generator(1);

  test('layers see the context of adapting and predicting', () => {
    for (const training of [true, false]) {
      expectContext(
        make,
        (learner, params) => learner.adapt(params, episodes.support, 3, { training, generator }),
        { training, generator },
      );
      expectContext(
        make,
        (learner, params) => {
          const adapted = learner.adapt(params, episodes.support, 3, { training, generator });
          learner.predict(adapted, episodes.query.inputs, { training, generator });
        },
        { training, generator },
      );
    }
  });

  test('adapting and predicting leave only what they return', () => {
    const learner = make({ model: plain, encoder, innerSteps: 2 });
    const params = parametersOf(learner, 1);
    const adapted = torch.assertNoLeaks(() => learner.adapt(params, episodes.support, 3));
    torch.assertNoLeaks(() => learner.predict(adapted, episodes.query.inputs));
  });

  test('a meta-step is training unless told otherwise', () => {
    const step = (options: object) => (learner: Made, params: Tree) => {
      metaGradient(learner, params, episodesOf, { generator, ...options });
    };
    expectContext(make, step({}), { training: true, generator });
    expectContext(make, step({ training: false }), { training: false, generator });
  });
}

const classes = torch.tensor(
  [
    [0, 1, 2],
    [2, 3, 4],
    [4, 5, 6],
  ],
  { dtype: 'int64' },
);
const episodesOf: Episodes = { ...episodes, classes };

/** What learners that descend on the support set have in common. */
export function describeDescent(
  make: (options: ContractOptions) => Made,
  { steps = 5, clips = true, rate = 1 } = {},
): void {
  const parts = { model: plain, encoder };
  const adapted = (options: Partial<ContractOptions>): Tree => {
    const learner = make({ ...parts, ...options });
    return learner.adapt(parametersOf(learner, 1), episodes.support, 3);
  };
  const bounded = <T>(fn: () => T): number => {
    torch.resetPeakMemoryStats();
    const before = torch.memoryStats().allocatedBytes;
    torch.scope(fn);
    return torch.memoryStats().peakBytes - before;
  };

  test(`takes ${steps} steps unless told otherwise`, () => {
    expect(treeDistance(adapted({}), adapted({ innerSteps: steps }))).toBe(0);
    expect(treeDistance(adapted({}), adapted({ innerSteps: steps - 1 }))).toBeGreaterThan(1e-6);
  });

  test('takes a loss of its own, in both loops', () => {
    const loss: typeof taskCrossEntropy = (logits, labels) =>
      taskCrossEntropy(logits, labels).mul(3);
    const learner = make({ ...parts, loss });
    expect(learner.loss).toBe(loss);
    const params = parametersOf(learner, 1);
    const seen = metaGradient(learner, params, episodes);
    expect(seen.loss).toBeCloseTo(queryLoss(learner, params, episodes), 12);
    expect(seen.accuracy).toBeNaN();
    expect(treeDistance(adapted({ loss }), adapted({}))).toBeGreaterThan(1e-6);
  });

  test('memory does not grow with the steps where no graph is kept', () => {
    const { support } = randomEpisodes(torch.generator(3), { tasks: 8, shots: 40, size: 32 });
    const model = mlp({ sizes: [32, 32, 3] }) as unknown as Layer<LinearParams>;
    const identity: Layer<LinearParams> = { init: () => ({}) as never, apply: (_, x) => x };
    const peak = (innerSteps: number): number => {
      const learner = make({ model, encoder: identity, innerSteps });
      const params = parametersOf(learner, 1);
      return bounded(() => learner.adapt(params, support, 3));
    };
    expect(peak(20)).toBeLessThan(1.3 * peak(4));
  });

  test('what is adapted requires no gradients', () => {
    for (const innerSteps of [0, 2]) {
      const learner = make({ ...parts, innerSteps });
      const params = parametersOf(learner, 1);
      const own = new Set<Tensor>(leaves(params));
      const made = leaves(learner.adapt(params, episodes.support, 3)).filter((w) => !own.has(w));
      expect(made.some((w) => w.requiresGrad)).toBe(false);
    }
  });

  if (clips) {
    test('clips each task by its norm', () => {
      const start = adapted({ innerSteps: 0 });
      const norm = 1e-4;
      const once = adapted({ innerSteps: 1, maxNorm: norm });
      const squares = leaves(once).map((w, i) =>
        Number(
          w
            .sub(leaves(start)[i] as Tensor)
            .square()
            .sum()
            .item(),
        ),
      );
      const length = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / 3);
      expect(length).toBeCloseTo(norm * rate, 10);
    });
  }
}
