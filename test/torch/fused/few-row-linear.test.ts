import fc from 'fast-check';
import { type Tensor, torch } from '../../../lib/torch';
import { fewRowLinear } from '../../../lib/torch/fused/few-row-linear';

const generator = torch.generator(1);
const randn = (...shape: number[]): Tensor => torch.randn(shape, { generator });
const noGrad = (x: Tensor, weight: Tensor, bias?: Tensor): Tensor =>
  torch.noGrad(() => fewRowLinear(x, weight, bias));

/** In float64, and what single precision may be off by. */
function expectProduct(found: Tensor, x: Tensor, weight: Tensor, bias?: Tensor): void {
  const wide = (tensor: Tensor): Tensor => tensor.to('float64');
  const exact = torch.linear(wide(x), wide(weight), bias && wide(bias));
  expect(found.shape).toEqual(exact.shape);
  expect(found.dtype).toBe('float32');
  const most = torch.linear(wide(x).abs(), wide(weight).abs(), bias && wide(bias).abs()).mul(1e-6);
  expect(wide(found).sub(exact).abs().le(most.add(1e-12)).all().item()).toBe(true);
}

test('is x·Wᵀ + b of any few rows, outputs and depths', () => {
  const size = (most: number) => fc.integer({ min: 1, max: most });
  fc.assert(
    fc.property(size(18), size(21), size(70), fc.boolean(), (rows, out, depth, biased) => {
      torch.scope(() => {
        const [x, weight] = [randn(rows, depth), randn(out, depth)];
        const bias = biased ? randn(out) : undefined;
        expectProduct(noGrad(x, weight, bias), x, weight, bias);
      });
    }),
  );
});

test.each([
  [[8, 384], 1536],
  [[16, 1536], 384],
  [[17, 384], 1536],
  [[2, 3, 512], 512],
  [[512], 7],
] as const)('of x %p and %i outputs, by any number of threads', (shape, out) => {
  const [x, weight, bias] = [randn(...shape), randn(out, shape.at(-1) ?? 0), randn(out)];
  const before = torch.getNumThreads();
  try {
    for (const threads of [1, 2]) {
      torch.setNumThreads(threads);
      expectProduct(noGrad(x, weight, bias), x, weight, bias);
    }
  } finally {
    torch.setNumThreads(before);
  }
});

test('reads nothing beside the rows: NaN around them changes nothing', () => {
  const nan = torch.full([24, 33], NaN);
  const [x, weight] = [nan.narrow(0, 3, 3), nan.narrow(0, 8, 9)];
  torch.noGrad(() => [x, weight].map((part) => part.copy_(randn(...part.shape))));
  expectProduct(noGrad(x, weight), x, weight);
});

test('takes views, other dtypes and nothing at all', () => {
  const [x, weight] = [randn(5, 4).t(), randn(5, 3).t()];
  expectProduct(noGrad(x, weight), x, weight);
  expect(noGrad(x.to('float64'), weight.to('float64')).dtype).toBe('float64');
  expect(noGrad(torch.zeros([0, 4]), randn(3, 4)).shape).toEqual([0, 3]);
  expect(noGrad(torch.zeros([2, 0]), torch.zeros([3, 0]), torch.ones([3])).tolist()).toEqual([
    [1, 1, 1],
    [1, 1, 1],
  ]);
  expect(noGrad(torch.tensor([[NaN, 1]]), torch.eye(2)).tolist()).toEqual([[NaN, NaN]]);
});

test('has gradients, and is lifted by vmap', () => {
  const [x, weight, bias] = [randn(3, 4), randn(2, 4), randn(2)].map((one) => one.requiresGrad_());
  if (!x || !weight || !bias) throw new Error('three tensors');
  const found = torch.grad(fewRowLinear(x, weight, bias).sin().sum(), [x, weight, bias]);
  const expected = torch.grad(torch.linear(x, weight, bias).sin().sum(), [x, weight, bias]);
  for (const [i, gradient] of found.entries()) {
    expect(expected[i] && gradient?.equal(expected[i])).toBe(true);
  }
  const samples = randn(5, 3, 4);
  const mapped = torch.vmap((one: Tensor) => noGrad(one, weight, bias))(samples) as Tensor;
  expectProduct(mapped.detach(), samples, weight.detach(), bias.detach());
});

test('refuses what does not fit', () => {
  expect(() => noGrad(randn(2, 5), randn(3, 4))).toThrow(/shape|multiplied/);
  expect(() => noGrad(randn(2, 4), randn(3, 4), randn(2))).toThrow();
  expect(() => Reflect.apply(fewRowLinear, undefined, [1, randn(3, 4)])).toThrow(
    'Expected a tensor for x but received number 1',
  );
});
