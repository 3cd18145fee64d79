import { estimate, formatAccuracy } from '../../lib/train';

describe('estimate', () => {
  test('is the mean and 1.96·s/√n with the deviation of the sample', () => {
    // Deviations −0.2, 0 and 0.2: s² = 0.08 / 2.
    const { mean, halfWidth, count } = estimate([0.2, 0.4, 0.6]);
    expect(mean).toBeCloseTo(0.4, 15);
    expect(halfWidth).toBeCloseTo((1.96 * 0.2) / Math.sqrt(3), 15);
    expect(count).toBe(3);
    // s² = 2·0.25 / 1, so the interval is 1.96·√(0.5 / 2).
    expect(estimate([0, 1])).toEqual({ mean: 0.5, halfWidth: 0.98, count: 2 });
    expect(estimate([0.7, 0.7]).halfWidth).toBe(0);
  });

  test.each([[[]], [[0.5]]])('of %j is refused', (values) => {
    expect(() => estimate(values)).toThrow(RangeError);
    expect(() => estimate(values)).toThrow(
      `Expected at least 2 values for values but received array of length ${values.length}`,
    );
  });
});

test('formatAccuracy is in per cent with one digit', () => {
  expect(formatAccuracy({ mean: 0.5864, halfWidth: 0.0092, count: 600 })).toBe('58.6 ± 0.9');
  expect(formatAccuracy({ mean: 1, halfWidth: 0, count: 2 })).toBe('100.0 ± 0.0');
});
