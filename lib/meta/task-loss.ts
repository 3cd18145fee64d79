import { callable, optional, positiveInteger } from '../check';
import { invalidArgument, outOfRange } from '../errors';
import { accuracy, crossEntropy } from '../nn';
import { type Tensor, torch } from '../torch';
import { shapeOf, wrongShape } from '../torch/check-tensors';
import { checkLabels, IGNORED } from './episode';

/** The loss of each task: outputs `[T, n, …]` and what they should be give `[T]`. */
export type TaskLoss = (outputs: Tensor, labels: Tensor) => Tensor;

/**
 * What `loss` gives for outputs `[T, n, …]`: the loss of each task, `[T]`.
 *
 * @throws ArgumentRangeError if it is of another shape: a mean over all tasks, for example, divides
 *   each task's gradient by T; ArgumentTypeError if it is not a tensor
 */
export function taskLosses(loss: TaskLoss, outputs: Tensor, labels: Tensor): Tensor {
  if (typeof loss !== 'function') throw invalidArgument('a function', 'loss', loss, 'taskLosses');
  const losses = loss(outputs, labels);
  const shape = shapeOf(losses, 'result', 'loss');
  const [tasks] = shapeOf(outputs, 'outputs', 'loss');
  if (shape.length === 1 && shape[0] === tasks) return losses;
  throw wrongShape(`[${tasks}], the loss of each task,`, 'result', shape, 'loss');
}

/**
 * Refuses tasks of more ways than there are logits `[T, n, C]`.
 *
 * @throws ArgumentRangeError for those
 */
export function checkWays(logits: Tensor, ways: number, operator: string): void {
  const classes = shapeOf(logits, 'logits', operator).at(-1) ?? 0;
  if (ways <= classes) return;
  throw outOfRange(
    `at most ${classes}, one for each logit,`,
    `ways of ${operator}`,
    ways,
    operator,
  );
}

/** The mean cross-entropy of each task: logits `[T, n, N]` and int64 labels `[T, n]` give `[T]`. */
export const taskCrossEntropy: TaskLoss = (logits, labels) =>
  crossEntropy(logits, labels, { perTask: true, ignoreIndex: IGNORED });

/** The share of right answers of each task, `[T]`. */
export function taskAccuracy(logits: Tensor, labels: Tensor): Tensor {
  return accuracy(logits, labels, { perTask: true, ignoreIndex: IGNORED });
}

/**
 * Which class each row belongs to, in `like`'s dtype: labels `[T, n]` give ones and zeros `[T, n, N]`;
 * zeros alone for rows that fill up.
 */
export function oneHot(labels: Tensor, ways: number, like: Tensor): Tensor {
  shapeOf(labels, 'labels', 'oneHot');
  shapeOf(like, 'tensor of the dtype', 'oneHot');
  const classes = torch.arange(positiveInteger(ways, 'ways', 'oneHot'), { device: labels.device });
  return labels.unsqueeze(-1).eq(classes).to(like.dtype);
}

/**
 * The mean of each class's rows: `[T, n, D]` and labels `[T, n]` give `[T, N, D]`; zeros for a class without rows.
 *
 * @throws what `checkLabels` throws, which inside `vmap` cannot look at labels
 */
export function classMeans(rows: Tensor, labels: Tensor, ways: number): Tensor {
  if (!torch.insideVmap()) checkLabels(rows, labels, ways, 'classMeans');
  return meansOfClasses(rows, labels, ways);
}

/** The same of labels that have been checked. */
export function meansOfClasses(rows: Tensor, labels: Tensor, ways: number): Tensor {
  const belongs = oneHot(labels, ways, rows);
  // A class without any row has zeros for its mean instead of NaN.
  const counts = belongs.sum(1).clampMin(1).unsqueeze(-1);
  return belongs.mT.bmm(rows).div(counts);
}

/** The option of learners that can be trained by any loss. */
export const QUERY_LOSS = {
  /** The loss of queries. Default: the cross-entropy of each task. */
  loss: optional<TaskLoss>(callable),
};
