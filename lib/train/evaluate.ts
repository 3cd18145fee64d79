import { callable, objectOf, optional } from '../check';
import { type OptionsOf, readOptions } from '../check/schema';
import { ArgumentTypeError, invalidArgument } from '../errors';
import { type Episodes, type Learner, queryScores } from '../meta';
import { learnerOf } from '../meta/learner';
import type { ProcessGroup, Tensor, Tree } from '../torch';
import { requireTensorTree } from '../torch/check-tensors';
import { processGroupOf } from '../torch/distributed/process-group';
import { overRanks } from './distributed/over-ranks';
import { type Estimate, estimate, estimateOf, formatAccuracy } from './estimate';

const EVALUATE = { group: optional<ProcessGroup>(processGroupOf) };

/** `group`: the ranks that share the work. All of them call `evaluate`, and all get the same result. */
export type EvaluateOptions = OptionsOf<typeof EVALUATE>;

/** The result of evaluating a learner. */
export type Evaluation = {
  /** The query loss of a task: the learner's own, or the cross-entropy. */
  loss: Estimate;
  /** The query accuracy of a task, from 0 to 1; only where labels are classes. */
  accuracy?: Estimate;
};

/** The accuracy, or the loss where there is none: `58.6 ± 0.9 %` or `loss 0.214 ± 0.008`. */
export function formatEvaluation(evaluation: Evaluation): string {
  const { loss, accuracy } = objectOf(evaluation, 'evaluation', 'formatEvaluation');
  if (accuracy) return `${formatAccuracy(accuracy)} %`;
  const { mean, halfWidth } = estimateOf(loss, 'loss', 'formatEvaluation');
  return `loss ${mean.toFixed(3)} ± ${halfWidth.toFixed(3)}`;
}

/**
 * The accuracy of an evaluation.
 *
 * @throws ArgumentTypeError if there is none, since the learner's labels are not classes
 */
export function accuracyOf(evaluation: Evaluation): Estimate {
  const { accuracy } = objectOf(evaluation, 'evaluation', 'accuracyOf');
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
  options: EvaluateOptions = {},
): Evaluation {
  learnerOf(learner, 'learner', 'evaluate');
  requireTensorTree(params);
  if (typeof Object(batches)[Symbol.iterator] !== 'function') {
    throw invalidArgument('a list of functions', 'batches', batches, 'evaluate');
  }
  const { group } = readOptions(EVALUATE, options, 'evaluate');
  const scores = overRanks(batches, group, (makeBatch) =>
    queryScores(learner, params, callable(makeBatch, 'each of batches', 'evaluate')),
  );
  const loss = estimate(scores.flatMap(({ losses }) => losses));
  const accuracies = scores.flatMap((one) => one.accuracies ?? []);
  return accuracies.length === 0 ? { loss } : { loss, accuracy: estimate(accuracies) };
}
