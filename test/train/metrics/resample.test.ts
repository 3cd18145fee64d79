import { share, wider } from '../../../lib/train/metrics/figure';
import { quantileOf, resampled } from '../../../lib/train/metrics/resample';
import { thinned } from '../../../lib/train/metrics/thinned';

const units = (unit: number[], count: number) => ({ unit: Int32Array.from(unit), units: count });
const OPTIONS = { resamples: 2000, seed: 3 };

/** The mean of values by weights. */
const meanOf = (values: number[]) => (weights: Float64Array) => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return [weights.reduce((sum, weight, i) => sum + weight * (values[i] ?? 0), 0) / total];
};

test('the interval of a mean is about 1.96·s/√n', () => {
  const values = Array.from({ length: 400 }, (_, i) => (i * 7919) % 101);
  const mean = values.reduce((sum, value) => sum + value, 0) / 400;
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 399);
  const [figure] = resampled(units([...values.keys()], 400), meanOf(values), OPTIONS);
  expect(figure?.value).toBeCloseTo(mean, 10);
  const half = (1.96 * sd) / 20;
  expect(Math.abs((figure?.low ?? 0) - (mean - half))).toBeLessThan(0.15 * half);
  expect(Math.abs((figure?.high ?? 0) - (mean + half))).toBeLessThan(0.15 * half);
});

test('queries of an episode are drawn together', () => {
  // Within an episode all are alike: 100 queries say no more than 4 episodes do.
  const values = Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : 1));
  const alone = resampled(units([...values.keys()], 100), meanOf(values), OPTIONS)[0];
  const episodes = values.map((_, i) => Math.floor(i / 25));
  const together = resampled(units(episodes, 4), meanOf(values), OPTIONS)[0];
  expect(alone?.low).toBeGreaterThan(0.35);
  expect(together?.low).toBe(0);
});

test('the same seed gives the same interval; what has no value is null, and one unit has no interval', () => {
  const draw = (seed: number) =>
    resampled(units([0, 1, 2], 3), meanOf([1, 2, 4]), { resamples: 20, seed });
  expect(draw(5)).toEqual(draw(5));
  expect(draw(5)).not.toEqual(draw(6));
  expect(resampled(units([0, 1], 2), () => [Number.NaN], OPTIONS)).toEqual([null]);
  const one = resampled(units([0, 0], 1), meanOf([1, 2]), OPTIONS);
  expect(one).toEqual([{ value: 1.5, low: null, high: null }]);
  const first = (weights: Float64Array) => [weights[0] ? 1 : Number.NaN];
  const seldom = resampled(units([0, 1, 2, 3, 4, 5, 6, 7], 8), first, OPTIONS);
  // All draws that have a value have the same.
  expect(seldom).toEqual([{ value: 1, low: null, high: null }]);
  const never = (weights: Float64Array) => [weights.every((one) => one === 1) ? 1 : Number.NaN];
  expect(resampled(units([0, 1, 2, 3, 4], 5), never, OPTIONS)).toEqual([
    { value: 1, low: null, high: null },
  ]);
});

test('the interval of a share is that of Wilson', () => {
  // R: binom::binom.wilson(8, 10), with 1.96 for 1.959964.
  expect(share(8, 10)?.low).toBeCloseTo(0.49016, 4);
  expect(share(8, 10)?.high).toBeCloseTo(0.94331, 4);
  expect(share(0, 10)).toMatchObject({ value: 0, low: 0 });
  expect(share(10, 10)).toMatchObject({ value: 1, high: 1 });
  expect(share(0, 0)).toBeUndefined();
});

test('quantiles, the wider of two intervals, and fewer points', () => {
  expect(quantileOf([1, 2, 4], 0.75)).toBe(3);
  const none = { value: 1, low: null, high: null };
  expect(wider(none, { value: 9, low: 0, high: 2 })).toEqual({ value: 1, low: 0, high: 2 });
  expect(wider({ value: 1, low: 0, high: 1 }, { value: 1, low: 0.5, high: 2 }).high).toBe(2);
  const points = Array.from({ length: 1001 }, (_, i) => i);
  const many = thinned(points, (i) => i / 1000, [0.333]);
  expect(many).toHaveLength(201);
  expect(many).toContain(333);
  expect([many[0], many.at(-1)]).toEqual([0, 1000]);
});
