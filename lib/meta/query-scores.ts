import { type Tensor, type Tree, torch } from '../torch';
import { checkQueries, type Episodes } from './episode';
import { type Learner, queryLogits } from './learner';
import { taskAccuracy, taskCrossEntropy, taskLosses } from './task-loss';

/**
 * The accuracy on the query set of each of the T tasks, from 0 to 1. The episodes may be given as a
 * function that makes them; then they are disposed of as well.
 *
 * @throws ArgumentRangeError if a task has no query, and for episodes as in `metaGradient`
 */
export function queryAccuracy<P extends Tree, A, I extends Tree>(
  learner: Learner<P, A, I>,
  params: P,
  episodes: Episodes<I> | (() => Episodes<I>),
): number[] {
  return torch.scope(() => {
    const made = typeof episodes === 'function' ? episodes() : episodes;
    checkQueries(made, 'queryAccuracy');
    const { logits, labels } = queryLogits(learner, params, made);
    return numbers(taskAccuracy(logits, labels));
  });
}

/** What the query sets of T tasks say of a learner. */
export type QueryScores = {
  /** The loss of each task: the learner's own, or the cross-entropy. */
  losses: number[];
  /** The accuracy of each task, from 0 to 1; only where labels are classes. */
  accuracies?: number[];
};

/** The same for any learner, also one of regression, whose labels are not classes. */
export function queryScores<P extends Tree, A, I extends Tree>(
  learner: Learner<P, A, I>,
  params: P,
  episodes: Episodes<I> | (() => Episodes<I>),
): QueryScores {
  return torch.scope(() => {
    const made = typeof episodes === 'function' ? episodes() : episodes;
    checkQueries(made, 'queryScores');
    const { logits, labels } = queryLogits(learner, params, made);
    const { loss = taskCrossEntropy, classifies = learner.loss === undefined } = learner;
    const losses = numbers(torch.noGrad(() => taskLosses(loss, logits, labels)));
    return { losses, ...(classifies && { accuracies: numbers(taskAccuracy(logits, labels)) }) };
  });
}

function numbers(values: Tensor): number[] {
  return [...values.to('float64').data()].map(Number);
}
