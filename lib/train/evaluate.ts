import { array, callable, numberWhere } from '../check';
import { ArgumentTypeError, invalidArgument, outOfRange } from '../errors';
import { type Episodes, type Learner, queryScores } from '../meta';
import { learnerOf } from '../meta/learner';
import type { Tensor, Tree } from '../torch';
import { requireTensorTree } from '../torch/check-tensors';

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

/** The result of evaluating a learner. */
export type Evaluation = {
  /** The query loss of a task: the learner's own, or the cross-entropy. */
  loss: Estimate;
  /** The query accuracy of a task, from 0 to 1; only where labels are classes. */
  accuracy?: Estimate;
};

/** An accuracy in per cent with its interval, for example `58.6 ± 0.9`. */
export function formatAccuracy(estimate: Estimate): string {
  const { mean, halfWidth }: Estimate = Object(estimate);
  numberWhere(() => true, 'a number', mean, 'mean', 'formatAccuracy');
  numberWhere(() => true, 'a number', halfWidth, 'halfWidth', 'formatAccuracy');
  return `${(100 * mean).toFixed(1)} ± ${(100 * halfWidth).toFixed(1)}`;
}

/** The accuracy, or the loss where there is none: `58.6 ± 0.9 %` or `loss 0.214 ± 0.008`. */
export function formatEvaluation({ loss, accuracy }: Evaluation): string {
  if (accuracy) return `${formatAccuracy(accuracy)} %`;
  return `loss ${loss.mean.toFixed(3)} ± ${loss.halfWidth.toFixed(3)}`;
}

/**
 * The accuracy of an evaluation.
 *
 * @throws ArgumentTypeError if there is none, since the learner's labels are not classes
 */
export function accuracyOf({ accuracy }: Evaluation): Estimate {
  if (accuracy) return accuracy;
  throw new ArgumentTypeError(
    'Expected the evaluation of a learner whose labels are classes but received one that has only a loss; a learner with its own loss declares classifies: true if its labels are classes',
    'accuracyOf',
  );
}

/** The score of an evaluation, the greater the better: its accuracy, or minus its loss. */
export function scoreOf({ loss, accuracy }: Evaluation): number {
  const score = accuracy ? accuracy.mean : -loss.mean;
  return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
}

/**
 * The loss of a learner over episodes, and its accuracy where labels are classes: it adapts to each
 * support set and answers the query set. Each batch's tensors are disposed of once it is done.
 *
 * @param batches batches of T episodes, made one after the other
 * @throws ArgumentRangeError for fewer than two episodes in all; ArgumentTypeError unless they
 *   are a learner, a tree of parameters and a list of functions
 */
export function evaluate<P extends Tree, A, I extends Tree = Tensor>(
  learner: Learner<P, A, I>,
  params: P,
  batches: Iterable<() => Episodes<I>>,
): Evaluation {
  learnerOf(learner, 'learner', 'evaluate');
  requireTensorTree(params);
  if (typeof Object(batches)[Symbol.iterator] !== 'function') {
    throw invalidArgument('a list of functions', 'batches', batches, 'evaluate');
  }
  const losses: number[] = [];
  const accuracies: number[] = [];
  for (const makeBatch of batches) {
    callable(makeBatch, 'each of batches', 'evaluate');
    const scores = queryScores(learner, params, makeBatch);
    for (const loss of scores.losses) losses.push(loss);
    for (const accuracy of scores.accuracies ?? []) accuracies.push(accuracy);
  }
  const loss = estimate(losses);
  return accuracies.length === 0 ? { loss } : { loss, accuracy: estimate(accuracies) };
}
