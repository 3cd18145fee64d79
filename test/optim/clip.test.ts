import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';
import { clipByGlobalNorm, globalNorm } from '../../lib/optim';
import { type Tensor, torch } from '../../lib/torch';
import { expectGradients, expectNumbers, float64, numbers } from '../helpers/gradients';

const gradients = { a: torch.tensor([3, 0]), b: [torch.tensor([[4]])] };

test('is the norm over all tensors', () => {
  expect(globalNorm(gradients).item()).toBe(5);
});

test('scales greater norms down to the greatest allowed, and leaves smaller ones', () => {
  const { gradients: clipped, norm } = clipByGlobalNorm(gradients, 1);
  expect(norm.item()).toBe(5);
  expectNumbers(numbers(clipped.a), [0.6, 0], 1e-6);
  expectNumbers(numbers(clipped.b[0] as Tensor), [0.8], 1e-6);
  expect(clipByGlobalNorm(gradients, 5.1).gradients.a.tolist()).toEqual([3, 0]);
});

test("has PyTorch's margin of 1e-6 against a norm of zero", () => {
  const double = { a: torch.tensor([3, 4], { dtype: 'float64' }) };
  expectNumbers(
    numbers(clipByGlobalNorm(double, 1).gradients.a),
    [3 / 5.000001, 4 / 5.000001],
    1e-14,
  );
});

test('leaves zeros', () => {
  expect(clipByGlobalNorm({ a: torch.zeros([2]) }, 1).gradients.a.tolist()).toEqual([0, 0]);
});

test('is twice differentiable', () => {
  for (const maxNorm of [0.5, 100]) {
    const clip = (a: Tensor | undefined, b: Tensor | undefined) => {
      const clipped = clipByGlobalNorm([a as Tensor, b as Tensor], maxNorm).gradients;
      return torch.cat(clipped);
    };
    expectGradients(clip, [float64([3], 1), float64([2], 2)]);
  }
});

test('refuses norms that are not positive, and trees without tensors', () => {
  expect(() => clipByGlobalNorm(gradients, 0)).toThrow(ArgumentRangeError);
  expect(() => clipByGlobalNorm({}, 1)).toThrow(ArgumentTypeError);
});
