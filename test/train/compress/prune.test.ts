import fc from 'fast-check';
import { type Tensor, torch } from '../../../lib/torch';
import { leastSquares } from '../../../lib/train/compress/least-squares';
import { type PruneOptions, pruned, zeroShare } from '../../../lib/train/compress/prune';

const random = (shape: number[], seed: number): Tensor =>
  torch.randn(shape, { generator: torch.generator(seed) });

const zerosOf = (own: Tensor): number => Number(own.eq(0).sum().item());
const options = (method: PruneOptions['method'], share = 0.5, embeddings = false) => ({
  method,
  share,
  embeddings,
});

/** Inputs of which some features are much larger than others, and depend on each other. */
function inputs(n: number, features: number, seed: number): { x: Tensor; moment: Tensor } {
  const mixed = random([n, features], seed).matmul(random([features, features], seed + 1));
  const x = mixed.mul(random([features], seed + 2).exp());
  return { x, moment: x.t().matmul(x) };
}

test('takes the smallest of all, or of each matrix, and leaves all else', () => {
  const params = {
    embedding: { weight: random([5, 4], 1) },
    layers: [
      {
        weight: torch.tensor([
          [1, -2],
          [3, 0.5],
        ]),
        bias: torch.tensor([0.1, 0.2]),
      },
      {
        weight: torch.tensor([
          [10, -20],
          [30, 5],
        ]),
        norm: { weight: torch.tensor([0.1, 0.2]) },
      },
    ],
  };
  const all = pruned(params, options('global'), new Map());
  expect(all.layers.map(({ weight }) => weight.tolist())).toEqual([
    [
      [0, -0],
      [0, 0],
    ],
    [
      [10, -20],
      [30, 5],
    ],
  ]);
  const each = pruned(params, options('layer'), new Map());
  expect(each.layers.map(({ weight }) => weight.tolist())).toEqual([
    [
      [0, -2],
      [3, 0],
    ],
    [
      [0, -20],
      [30, 0],
    ],
  ]);
  expect(each.embedding.weight.equal(params.embedding.weight)).toBe(true);
  expect(each.layers[0]?.bias?.tolist()).toEqual(params.layers[0]?.bias?.tolist());
  expect(each.layers[1]?.norm?.weight.tolist()).toEqual(params.layers[1]?.norm?.weight.tolist());
  // New tensors: disposing of the one does nothing to the other.
  expect(each.embedding.weight).not.toBe(params.embedding.weight);
  expect(zeroShare(each, false)).toBe(0.5);
  expect(zeroShare(pruned(params, options('layer', 0.5, true), new Map()), true)).toBe(0.5);
});

test('wanda weighs magnitudes by the norms of inputs, within each output', () => {
  const weight = torch.tensor([
    [1, 2, 3, 4],
    [4, 3, 2, 1],
  ]);
  const moment = torch.tensor([100, 1, 1, 1]).diag();
  const { weight: found } = pruned({ weight }, options('wanda'), new Map([[weight, moment]]));
  expect(found.tolist()).toEqual([
    [1, 0, 0, 4],
    [4, 3, 0, 0],
  ]);
});

test('a matrix that no linear layer was seen to use is pruned by its own magnitude', () => {
  const params = {
    kernel: torch.tensor([
      [1, -2],
      [3, 0.5],
    ]),
  };
  expect(pruned(params, options('least-squares'), new Map()).kernel.tolist()).toEqual([
    [0, -2],
    [3, 0],
  ]);
});

test('least squares solves the normal equations of the columns that are left', () => {
  const [out, features] = [3, 6];
  const { x, moment } = inputs(50, features, 7);
  const weight = random([out, features], 11);
  const kept = torch.tensor(
    [
      [0, 2, 5],
      [1, 2, 3],
      [0, 1, 4],
    ],
    { dtype: 'int64' },
  );
  const found = leastSquares(weight, kept, moment);
  const ridge = 0.01 * Number(moment.diagonal().mean().item());
  // The gradient of ‖X (w − w_all)‖² + λ ‖w − w_all‖² over the columns that are left is 0.
  const gradient = found.sub(weight).matmul(moment).add(found.sub(weight).mul(ridge));
  const scale = Number(weight.matmul(moment).abs().max().item());
  expect(Number(gradient.gather(1, kept).abs().max().item()) / scale).toBeLessThan(1e-5);
  expect(zerosOf(found)).toBe(out * (features - 3));
  expect(x.shape).toEqual([50, features]);
});

test('any share and shape: as many zeros as asked for, and least squares are nearer than wanda', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 2, max: 24 }),
      fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      fc.integer({ min: 1, max: 1000 }),
      (out, features, share, seed) => {
        torch.scope(() => {
          const weight = random([out, features], seed);
          const { x, moment } = inputs(64, features, seed);
          const moments = new Map([[weight, moment]]);
          const [wanda, moved] = (['wanda', 'least-squares'] as const).map(
            (method) => pruned({ weight }, options(method, share), moments).weight,
          ) as [Tensor, Tensor];
          const zeros = out * Math.round(share * features);
          expect(zerosOf(wanda)).toBe(zeros);
          expect(zerosOf(moved)).toBe(zeros);
          expect(wanda.eq(0).equal(moved.eq(0))).toBe(true);
          const lost = (own: Tensor) => Number(x.matmul(own.sub(weight).t()).square().sum().item());
          expect(lost(moved)).toBeLessThanOrEqual(lost(wanda) * 1.001 + 1e-6);
          const global = pruned({ weight }, options('global', share), moments).weight;
          expect(zerosOf(global)).toBe(Math.round(share * out * features));
        });
      },
    ),
    { numRuns: 30 },
  );
});

test('says what cannot be pruned', () => {
  expect(() => pruned({ weight: torch.ones([3]) }, options('layer'), new Map())).toThrow(
    'Expected an encoder with weights beside its embeddings, or embeddings: true, for prune',
  );
  const table = { embedding: { weight: torch.ones([3, 2]) } };
  expect(() => pruned(table, options('layer'), new Map())).toThrow('embeddings: true');
  expect(zeroShare(pruned(table, options('layer', 0.5, true), new Map()), true)).toBe(1);
  const narrow = { layers: [{ weight: torch.ones([3, 2]).to('float16') }] };
  expect(() => pruned(narrow, options('layer'), new Map())).toThrow(
    'Expected float32 for the dtype of layers.0.weight',
  );
});
