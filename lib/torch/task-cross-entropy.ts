import { Operator } from './dispatch';
import { arePlain } from './plain-operands';
import type { Tensor } from './tensor';

const operator = new Operator('metatorch::task_cross_entropy');
/** With more classes libtorch's operators, which take several numbers at once, are faster. */
const MOST_CLASSES = 32;

/**
 * The mean cross-entropy of each task, or undefined where it takes several operators: logits `[T, n, N]`
 * and int64 labels `[T, n]` give `[T]`. Rows labelled `ignored` count for nothing; a task that has no
 * others has the loss 0.
 *
 * @throws TorchError `ERR_TORCH_INDEX` if a label is no class
 */
export function taskCrossEntropy(
  logits: Tensor,
  labels: Tensor,
  ignored: number,
): Tensor | undefined {
  const [, rows = 0, classes = 0] = logits.shape;
  const few = rows > 0 && classes > 0 && classes <= MOST_CLASSES;
  if (!few || labels.device !== 'cpu' || !arePlain([logits])) return undefined;
  return operator.call([logits, labels, ignored]) as Tensor;
}
