import fc from 'fast-check';
import { type Tensor, torch } from '../../../lib/torch';
import { halfLinear, int8Linear, packInt8 } from '../../../lib/torch/fused/narrow-linear';

const generator = torch.generator(1);
const randn = (...shape: number[]): Tensor => torch.randn(shape, { generator });
const int8 = (...shape: number[]): Tensor =>
  randn(...shape)
    .mul(40)
    .clamp(-127, 127)
    .round()
    .to('int8');
const far = (one: Tensor, other: Tensor): number => Number(one.sub(other).abs().max().item());

describe('int8Linear', () => {
  test.each([
    [[1, 5], 3],
    [[7, 64], 130],
    [[2, 9, 33], 16],
    [[4], 2],
    [[0, 4], 2],
  ] as const)('of x %p and %i outputs is the product of what rows are rounded to', (shape, out) => {
    const x = randn(...shape);
    const weight = int8(out, shape.at(-1) ?? 0);
    const [scales, bias] = [randn(out).abs().add(0.1), randn(out)];
    const exact = torch.linear(x, weight.to('float32').mul(scales.unsqueeze(1)), bias);
    const found = int8Linear(x, packInt8(weight), scales, bias);
    expect(found.shape).toEqual(exact.shape);
    if (found.numel() === 0) return;
    // Half a step of at least 1/63 of a row's greatest, for each of its numbers.
    const step = x.abs().amax([-1], true).div(63);
    const most = weight.to('float32').abs().sum([1]).mul(scales).mul(step.div(2)).add(1e-4);
    expect(Number(found.sub(exact).abs().sub(most).max().item())).toBeLessThanOrEqual(0);
  });

  test('rounds each row by itself', () => {
    const x = torch.cat([randn(1, 32), randn(1, 32).mul(1e6), torch.zeros([1, 32])]);
    const packed = packInt8(int8(8, 32));
    const scales = torch.ones([8]);
    const all = int8Linear(x, packed, scales);
    for (const row of [0, 1, 2]) {
      const alone = int8Linear(x.narrow(0, row, 1), packed, scales);
      expect(alone.equal(all.narrow(0, row, 1))).toBe(true);
    }
    expect(all.index(2).tolist()).toEqual(new Array(8).fill(0));
  });

  test('what is not finite stays in its row', () => {
    const x = torch.tensor([
      [1, NaN],
      [Infinity, 2],
      [0, 1],
      [1e-45, 0],
    ]);
    const packed = packInt8(
      torch.tensor(
        [
          [127, 0],
          [0, 127],
        ],
        { dtype: 'int8' },
      ),
    );
    const found = int8Linear(x, packed, torch.full([2], 1 / 127)).tolist() as number[][];
    expect(found.slice(0, 2)).toEqual([
      [NaN, NaN],
      [NaN, NaN],
    ]);
    expect(found.slice(2)).toEqual([
      [0, expect.closeTo(1, 5)],
      [0, 0],
    ]);
  });

  test('refuses what does not fit, and gradients', () => {
    const packed = packInt8(int8(3, 4));
    const scales = torch.ones([3]);
    expect(() => packInt8(randn(3, 4))).toThrow('an int8 weight of shape [out, in]');
    expect(() => int8Linear(randn(2, 5), packed, scales)).toThrow('[..., 4]');
    expect(() => int8Linear(randn(2, 4), packed, torch.ones([2]))).toThrow('scales of shape [3]');
    expect(() => int8Linear(randn(2, 4), packed, scales, torch.ones([4]))).toThrow('bias');
    expect(() => int8Linear(randn(2, 4), randn(3, 4), scales)).toThrow('weights of int8');
    const x = randn(2, 4).requiresGrad_();
    expect(() => int8Linear(x, packed, scales)).toThrow('frozen');
    expect(torch.noGrad(() => int8Linear(x, packed, scales)).shape).toEqual([2, 3]);
  });
});

describe('halfLinear', () => {
  test('of any few rows is that of float32', () => {
    const size = (most: number) => fc.integer({ min: 1, max: most });
    const dtype = fc.constantFrom('float16' as const, 'bfloat16' as const);
    fc.assert(
      fc.property(
        size(18),
        size(21),
        size(70),
        fc.boolean(),
        dtype,
        (rows, out, depth, b, kind) => {
          torch.scope(() => {
            const [x, weight] = [randn(rows, depth), randn(out, depth).to(kind)];
            const bias = b ? randn(out) : undefined;
            const exact = torch.linear(x, weight.to('float32'), bias);
            expect(far(halfLinear(x, weight, bias), exact)).toBeLessThan(1e-4);
          });
        },
      ),
    );
  });

  test('takes what is infinite, subnormal or no number as float32 does', () => {
    const special = [0, 1, -2, 6e-8, 6.1e-5, 65504, Infinity, -Infinity, NaN];
    for (const dtype of ['float16', 'bfloat16'] as const) {
      const weight = torch.tensor(special).to(dtype);
      const wide = torch.diag(weight.to('float32')).nanToNum(0, 0, 0).to(dtype);
      const found = halfLinear(torch.ones([1, special.length]), wide);
      expect(found.equal(wide.to('float32').sum([1]).unsqueeze(0))).toBe(true);
      const one = halfLinear(torch.ones([1, 1]), weight.unsqueeze(1)).squeeze(0);
      expect(one.tolist()).toEqual(weight.to('float32').tolist());
    }
  });

  test.each([
    [[1, 5], 3],
    [[7, 640], 900],
    [[2, 9, 33], 16],
    [[0, 4], 2],
  ] as const)('of x %p and %i outputs is that of float32', (shape, out) => {
    const x = randn(...shape);
    const [weight, bias] = [randn(out, shape.at(-1) ?? 0).to('float16'), randn(out)];
    const exact = torch.linear(x, weight.to('float32'), bias);
    const found = halfLinear(x, weight, bias);
    expect(found.shape).toEqual(exact.shape);
    if (found.numel() > 0) expect(far(found, exact)).toBeLessThan(1e-4);
    expect(
      far(
        halfLinear(randn(1, weight.size(1)), weight)
          .isnan()
          .to('int32'),
        torch.zeros([1]),
      ),
    ).toBe(0);
  });

  test('refuses what does not fit, and gradients', () => {
    const weight = randn(3, 4).to('float16');
    expect(() => halfLinear(randn(2, 4), randn(3, 4))).toThrow('float16 or bfloat16 weight');
    expect(() => halfLinear(randn(2, 5), weight)).toThrow('[..., 4]');
    expect(() => halfLinear(randn(2, 4), weight, torch.ones([4]))).toThrow('bias');
    expect(() => halfLinear(randn(2, 4).requiresGrad_(), weight)).toThrow('frozen');
  });
});
