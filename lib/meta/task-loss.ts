import { accuracy, crossEntropy } from '../nn';
import { type Tensor, torch } from '../torch';
import { IGNORED } from './episode';

/** The loss of each task: outputs `[T, n, …]` and what they should be give `[T]`. */
export type TaskLoss = (outputs: Tensor, labels: Tensor) => Tensor;

/** The mean cross-entropy of each task: logits `[T, n, N]` and int64 labels `[T, n]` give `[T]`. */
export const taskCrossEntropy: TaskLoss = (logits, labels) =>
  crossEntropy(logits, labels, { perTask: true, ignoreIndex: IGNORED });

/** The share of right answers of each task, `[T]`. */
export function taskAccuracy(logits: Tensor, labels: Tensor): Tensor {
  return accuracy(logits, labels, { perTask: true, ignoreIndex: IGNORED });
}

/** Which class each row belongs to: labels `[T, n]` give ones and zeros `[T, n, N]`. */
export function membership(labels: Tensor, ways: number, like: Tensor): Tensor {
  const classes = torch.arange(ways, { device: labels.device });
  return labels
    .unsqueeze(-1)
    .eq(classes)
    .to(like.dtype as 'float32');
}

/** The mean of each class's rows: `[T, n, D]` and labels `[T, n]` give `[T, N, D]`. */
export function classMeans(rows: Tensor, labels: Tensor, ways: number): Tensor {
  const belongs = membership(labels, ways, rows);
  // A class without any row has zeros for its mean instead of NaN.
  const counts = belongs.sum(1).clampMin(1).unsqueeze(-1);
  return belongs.mT.bmm(rows).div(counts);
}
