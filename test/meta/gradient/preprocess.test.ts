import { preprocess } from '../../../lib/meta/gradient/preprocess';
import { torch } from '../../../lib/torch/index';
import { expectNumbers, numbers } from '../../helpers/gradients';

test('large numbers as logarithm and sign, small ones scaled', () => {
  const x = torch.tensor([Math.E ** 5, -1, 1e-5, 0], { dtype: 'float64' });
  const expected = [0.5, 1, 0, -1, -1, 1e-5 * Math.exp(10), -1, 0];
  expectNumbers(numbers(preprocess(x)), expected, 1e-15);
});

test('is continuous where the two meet', () => {
  const least = Math.exp(-10);
  const x = torch.tensor([least * (1 - 1e-9), least * (1 + 1e-9)], { dtype: 'float64' });
  expectNumbers(numbers(preprocess(x)), [-1, 1, -1, 1], 1e-8);
});

test('small negative numbers keep their sign', () => {
  const x = torch.tensor([-1e-5, -(Math.E ** 5)], { dtype: 'float64' });
  expectNumbers(numbers(preprocess(x)), [-1, -1e-5 * Math.exp(10), 0.5, -1], 1e-15);
});

test('has finite gradients, at 0 too', () => {
  const x = torch.tensor([0, 1e-5, Math.E ** 5], { dtype: 'float64', requiresGrad: true });
  const expected = [Math.exp(10), Math.exp(10), Math.exp(-5) / 10];
  expectNumbers(numbers(torch.grad(preprocess(x).sum(), x)), expected, 1e-9);
});
