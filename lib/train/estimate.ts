import { array, numberWhere } from '../check';
import { outOfRange } from '../errors';

/** A mean with its 95 % interval. */
export type Estimate = {
  mean: number;
  /** Half of the 95 % interval: 1.96·s/√n. */
  halfWidth: number;
  /** n: how many values. */
  count: number;
};

/**
 * The mean of values and half of its 95 % interval, from the standard deviation of the sample.
 *
 * @throws ArgumentRangeError for fewer than two values, which have no deviation
 */
export function estimate(values: readonly number[]): Estimate {
  array(values, 'numbers', 'values', 'estimate');
  for (const value of values) numberWhere(() => true, 'numbers', value, 'values', 'estimate');
  const count = values.length;
  if (count < 2) throw outOfRange('at least 2 values', 'values', values, 'estimate');
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, halfWidth: 1.96 * Math.sqrt(squares / (count - 1) / count), count };
}

/** Returns `value` if it has a mean and half an interval. */
export function estimateOf(value: unknown, name: string, operator: string): Estimate {
  const found: Estimate = Object(value);
  numberWhere(() => true, 'a number', found.mean, `${name}.mean`, operator);
  numberWhere(() => true, 'a number', found.halfWidth, `${name}.halfWidth`, operator);
  return found;
}

/** An accuracy in per cent with its interval, for example `58.6 ± 0.9`. */
export function formatAccuracy(estimate: Estimate): string {
  const { mean, halfWidth } = estimateOf(estimate, 'estimate', 'formatAccuracy');
  return `${(100 * mean).toFixed(1)} ± ${(100 * halfWidth).toFixed(1)}`;
}
