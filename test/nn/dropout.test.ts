import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';
import { dropout } from '../../lib/nn';
import { type Tensor, torch } from '../../lib/torch';
import { expectGradients, float64, numbers } from '../helpers/gradients';

const half = dropout();

function drop(seed: number, p = 0.5): number[] {
  const context = { training: true, generator: torch.generator(seed) };
  return numbers(dropout({ p }).apply({}, torch.ones([100, 100]), context));
}

test('gives its input back outside of training', () => {
  const x = torch.ones([3]);
  expect(half.apply({}, x)).toBe(x);
  expect(half.apply({}, x, { generator: torch.generator(1) })).toBe(x);
  expect(dropout({ p: 0 }).apply({}, x, { training: true })).toBe(x);
});

test('drops a share p and divides the others by 1 - p', () => {
  const y = drop(1, 0.2);
  const dropped = y.filter((value) => value === 0).length / y.length;
  // Four standard deviations of the share of 10,000 independent elements.
  expect(Math.abs(dropped - 0.2)).toBeLessThan(0.016);
  expect(new Set(y)).toEqual(new Set([0, 1.25]));
  expect(new Set(drop(1, 1))).toEqual(new Set([0]));
  const context = { training: true, generator: torch.generator(1) };
  expect(new Set(numbers(half.apply({}, torch.ones([50]), context)))).toEqual(new Set([0, 2]));
});

test('gives the same for the same seed, and advances the generator', () => {
  expect(drop(3)).toEqual(drop(3));
  expect(drop(3)).not.toEqual(drop(4));
  const context = { training: true, generator: torch.generator(3) };
  const [first, second] = [1, 2].map(() => numbers(half.apply({}, torch.ones([50]), context)));
  expect(first).not.toEqual(second);
});

test('is twice differentiable', () => {
  expectGradients(
    (x) => {
      const context = { training: true, generator: torch.generator(5) };
      return half.apply({}, (x as Tensor).pow(3), context);
    },
    [float64([4, 3])],
  );
});

test('says what is missing without a generator', () => {
  const train = () => half.apply({}, torch.ones([3]), { training: true });
  expect(train).toThrow(ArgumentTypeError);
  expect(train).toThrow('Expected a generator in the context of dropout while training');
});

test('refuses a p outside [0, 1]', () => {
  for (const p of [1.5, -0.1, Number.NaN]) {
    expect(() => dropout({ p })).toThrow(ArgumentRangeError);
  }
  expect(() => dropout({ p: '0.5' as never })).toThrow(ArgumentTypeError);
});
