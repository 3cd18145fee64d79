import { IGNORED } from '../../meta/episode';
import type { TaskLoss } from '../../meta/task-loss';
import type { Tensor } from '../../torch';
import { requireTensor } from '../../torch/check-tensors';

/**
 * −ln p of each character that should come next: logarithms `[..., L, C]` and labels `[..., L]` give `[..., L]`,
 * 0 where the label is `IGNORED`.
 */
export function characterLosses(logProbabilities: Tensor, labels: Tensor): Tensor {
  const filler = labels.eq(IGNORED);
  const right = labels.maskedFill(filler, 0).unsqueeze(-1);
  return logProbabilities.gather(-1, right).squeeze(-1).neg().maskedFill(filler, 0);
}

/**
 * The loss of learners whose tasks are pairs of texts: the mean of −ln p over the characters of each task's targets and
 * their ends. Logarithms `[T, n, L, C]` and labels `[T, n, L]` give `[T]`.
 *
 * @throws ArgumentTypeError for what is no tensor; TorchError for those of other shapes
 */
export const characterLoss: TaskLoss = (logProbabilities, labels) => {
  requireTensor(logProbabilities, 'logProbabilities', 'characterLoss');
  requireTensor(labels, 'labels', 'characterLoss');
  const count = labels.ne(IGNORED).flatten(1).sum([1]).clampMin(1);
  return characterLosses(logProbabilities, labels).flatten(1).sum([1]).div(count);
};
