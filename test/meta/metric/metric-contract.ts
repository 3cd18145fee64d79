import {
  type Episodes,
  type Examples,
  IGNORED,
  type Learner,
  metaGradient,
  queryLogits,
} from '../../../lib/meta/index';
import {
  flattenTree,
  isTensor,
  leaves,
  type Tensor,
  type Tree,
  torch,
} from '../../../lib/torch/index';
import { centralDifference, parametersOf, randomEpisodes } from '../support/support';
import { WRONG_EPISODES } from '../support/wrong-episodes';
import { expectSame } from './expect-same';
import { itKeepsOrders } from './order-contract';

export { expectSame };

type Properties = {
  /** The order of the support set does not matter. Default: true. */
  orderFree?: boolean;
  /** Permuted labels permute the logits. Default: true. */
  symmetricInLabels?: boolean;
  /** A learner of any number of ways. Default: true. */
  anyWays?: boolean;
  /** Elements of each parameter whose derivative is checked. Default: 12. */
  elements?: number;
  /** The bound on |exact − numeric| relative to the greatest of its tensor. Default: 1e-6. */
  tolerance?: number;
  /** Of the central differences; the smaller, the rarer a rectifier's kink lies within. Default: 1e-5. */
  step?: number;
  /** Seed of the parameters. Default: 2. */
  seed?: number;
};

const SIZE = 4;

/** What every learner over float64 inputs `[T, n, 4]` of 3 ways must hold. */
export function itKeepsTheContract<P extends Tree, A>(
  learner: Learner<P, A>,
  properties: Properties = {},
): void {
  const { orderFree = true, symmetricInLabels = true, anyWays = true } = properties;
  const episodes = randomEpisodes(torch.generator(1));
  const params = parametersOf(learner, properties.seed ?? 2);
  const logitsOf = (own: Episodes) => queryLogits(learner, params, own).logits;
  const plain = logitsOf(episodes);

  test('gives a logit for every query and class, and the share of right answers', () => {
    expect(plain.shape).toEqual([3, 6, 3]);
    const right = plain.argmax(-1).eq(episodes.query.labels).to('float64').mean();
    const { accuracy } = metaGradient(learner, params, episodes);
    expect(accuracy).toBeCloseTo(Number(right.item()), 6);
  });

  test('adapting and predicting leave only what they return', () => {
    const adapted = torch.assertNoLeaks(() => learner.adapt(params, episodes.support, 3));
    torch.assertNoLeaks(() => learner.predict(adapted, episodes.query.inputs));
  });

  test('every gradient agrees with central differences', () => {
    expectMetaGradient(learner, params, episodes, properties);
  });

  test('all tasks at once equal one task at a time', () => {
    for (let t = 0; t < 3; t++) {
      const one = ({ inputs, labels }: Examples) => ({
        inputs: inputs.narrow(0, t, 1),
        labels: labels.narrow(0, t, 1),
      });
      const alone = { ways: 3, support: one(episodes.support), query: one(episodes.query) };
      expectSame(logitsOf(alone), plain.narrow(0, t, 1));
    }
  });

  test('queries do not see each other', () => {
    const { inputs, labels } = episodes.query;
    const query = { inputs: inputs.narrow(1, 2, 1), labels: labels.narrow(1, 2, 1) };
    expectSame(logitsOf({ ...episodes, query }), plain.narrow(1, 2, 1));
  });

  test('leaves the parameters as they are, and records only what shall be differentiated', () => {
    const before = Object.values(flattenTree(params)).map((tensor) => tensor.tolist());
    expect(logitsOf(episodes).requiresGrad).toBe(false);
    const adapted = tensorsIn(learner.adapt(params, episodes.support, 3));
    expect(adapted.some(({ requiresGrad }) => requiresGrad)).toBe(false);
    const options = { differentiable: true };
    expect(queryLogits(learner, params, episodes, options).logits.requiresGrad).toBe(true);
    expect(Object.values(flattenTree(params)).map((tensor) => tensor.tolist())).toEqual(before);
  });

  test('frozen parameters get zeros and change no other gradient', () => {
    const all = flattenTree(params);
    const free = flattenTree(metaGradient(learner, params, episodes).gradients);
    for (const frozen of Object.keys(all)) {
      all[frozen]?.requiresGrad_(false);
      const gradients = flattenTree(metaGradient(learner, params, episodes).gradients);
      all[frozen]?.requiresGrad_(true);
      for (const [path, gradient] of Object.entries(gradients)) {
        const expected = path === frozen ? gradient.zerosLike() : free[path];
        expectSame(gradient, expected as Tensor);
      }
    }
  });

  test('rows that only fill up change nothing, wherever they are', () => {
    const filled = { ...episodes, support: withRows(episodes.support), ways: 3 };
    expectSame(logitsOf(filled), plain);
    const more = { ...filled, query: withRows(episodes.query) };
    const a = metaGradient(learner, params, episodes);
    const b = metaGradient(learner, params, more);
    expect(b.loss).toBeCloseTo(a.loss, 12);
    const own = flattenTree(b.gradients);
    for (const [path, gradient] of Object.entries(flattenTree(a.gradients))) {
      expectSame(own[path] as Tensor, gradient, 1e-10);
    }
  });

  test('a query set that only fills up is refused', () => {
    const labels = torch.full([3, 6], BigInt(IGNORED));
    const none = { ...episodes, query: { ...episodes.query, labels } };
    expect(() => metaGradient(learner, params, none)).toThrow('Expected at least one query');
  });

  test('shots may differ, and a class may have none: nothing becomes NaN', () => {
    const { support } = episodes;
    for (const kept of [
      [0, 1, 2, 4],
      [0, 1, 2, 3],
    ]) {
      const own = torch.full([3, 6], BigInt(IGNORED));
      for (const row of kept) own.select(1, row).copy_(support.labels.select(1, row));
      const unequal = { ...episodes, support: { ...support, labels: own } };
      expect(logitsOf(unequal).isnan().any().item()).toBe(false);
      // Nobody can be asked for a class that was never shown.
      const classes = new Set(kept.map((row) => Math.floor(row / 2)));
      const labels = episodes.query.labels.clone();
      if (classes.size < 3) labels.maskedFill_(labels.eq(2), IGNORED);
      const asked = { ...unequal, query: { ...episodes.query, labels } };
      const { gradients } = metaGradient(learner, params, asked);
      for (const gradient of Object.values(flattenTree(gradients))) {
        expect(gradient.isfinite().all().item()).toBe(true);
      }
    }
  });

  test.each(WRONG_EPISODES)('refuses %s', (_, wrong, message) => {
    const { support, query } = episodes;
    const own = { ...episodes, ...wrong({ ways: 3, support, query }) };
    expect(() => metaGradient(learner, params, own)).toThrow(message);
  });

  itKeepsOrders({ learner, params, episodes, orderFree, symmetricInLabels });

  if (anyWays) {
    test.each([1, 2, 5])('works for %i ways', (ways) => {
      const other = randomEpisodes(torch.generator(5), { ways });
      const logits = logitsOf(other);
      expect(logits.shape).toEqual([3, 2 * ways, ways]);
      expect(logits.isnan().any().item()).toBe(false);
      const { loss, accuracy, gradients } = metaGradient(learner, params, other);
      expect([loss, accuracy].every(Number.isFinite)).toBe(true);
      for (const gradient of leaves(gradients)) {
        expect(gradient.isfinite().all().item()).toBe(true);
      }
    });
  }
}

/** The tensors that an adapted learner holds beside its parameters. */
function tensorsIn(adapted: unknown): Tensor[] {
  if (isTensor(adapted)) return [adapted];
  if (typeof adapted !== 'object' || adapted === null) return [];
  const own = Object.entries(adapted).filter(([name]) => name !== 'params');
  return own.flatMap(([, value]) => tensorsIn(value));
}

/** Compares the meta-gradient with central differences of the meta-loss. */
export function expectMetaGradient<P extends Tree, A>(
  learner: Learner<P, A>,
  params: P,
  episodes: Episodes,
  { elements = 12, tolerance = 1e-6, step = 1e-5 }: Properties = {},
): void {
  const value = () => torch.scope(() => metaGradient(learner, params, episodes).loss);
  const gradients = flattenTree(metaGradient(learner, params, episodes).gradients);
  const greatest = (tensor: Tensor) => Number(tensor.abs().max().item());
  const overall = Math.max(...Object.values(gradients).map(greatest));
  for (const [path, tensor] of Object.entries(flattenTree(params))) {
    const gradient = gradients[path] as Tensor;
    const scale = Math.max(greatest(gradient), 1e-2 * overall);
    const count = tensor.numel();
    for (let j = 0; j < Math.min(count, elements); j++) {
      const i = count <= elements ? j : Math.floor((j * count) / elements);
      const numeric = centralDifference(value, tensor, i, step);
      const exact = Number(gradient.reshape([-1]).select(0, i).item());
      const error = Math.abs(exact - numeric) / scale;
      if (!(error <= tolerance)) {
        throw new Error(`${path}[${i}]: ${exact} is not ${numeric} (${error} of ${scale})`);
      }
    }
  }
}

/** One row more at the front, in the middle and at the end, filled with what nobody should read. */
function withRows({ inputs, labels }: Examples): Examples {
  const [tasks = 0, rows = 0] = labels.shape;
  const row = torch.full([tasks, 1, SIZE], 3.7, { dtype: 'float64' });
  const none = torch.full([tasks, 1], BigInt(IGNORED));
  const cut = (x: Tensor, start: number, end: number) => x.narrow(1, start, end - start);
  return {
    inputs: torch.cat([row, cut(inputs, 0, 3), row, cut(inputs, 3, rows), row], 1),
    labels: torch.cat([none, cut(labels, 0, 3), none, cut(labels, 3, rows), none], 1),
  };
}
