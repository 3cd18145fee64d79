import { outOfRange } from '../errors';
import { type Episodes, type Learner, queryAccuracy } from '../meta';
import type { Tensor, Tree } from '../torch';

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
  const count = values.length;
  if (count < 2) throw outOfRange('at least 2 values', 'values', values, 'estimate');
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, halfWidth: 1.96 * Math.sqrt(squares / (count - 1) / count), count };
}

/** An accuracy in per cent with its interval, for example `58.6 ± 0.9`. */
export function formatAccuracy({ mean, halfWidth }: Estimate): string {
  return `${(100 * mean).toFixed(1)} ± ${(100 * halfWidth).toFixed(1)}`;
}

/**
 * The accuracy of a learner over episodes: it adapts to each support set and is judged on the query
 * set. Each batch's tensors are disposed of once it is done.
 *
 * @param batches batches of T episodes, made one after the other
 * @throws ArgumentRangeError for fewer than two episodes in all
 */
export function evaluate<P extends Tree, A, I extends Tree = Tensor>(
  learner: Learner<P, A, I>,
  params: P,
  batches: Iterable<() => Episodes<I>>,
): Estimate {
  const accuracies: number[] = [];
  for (const makeBatch of batches) {
    for (const accuracy of queryAccuracy(learner, params, makeBatch)) accuracies.push(accuracy);
  }
  return estimate(accuracies);
}
