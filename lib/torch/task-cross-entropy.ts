import { Operator } from './dispatch';
import { arePlain, requireTensors } from './plain-operands';
import type { Tensor } from './tensor';

const operator = new Operator('metatorch::task_cross_entropy');
/** With more classes libtorch's operators, which take several numbers at once, are faster. */
const MOST_CLASSES = 32;
const NO_REDUCTION = 0;

/**
 * The mean cross-entropy of each of T tasks: logits `[T, n, N]` and int64 labels `[T, n]` give `[T]`.
 * Rows labelled `ignoreIndex` count for nothing; a task that has no others has the loss 0.
 *
 * On the CPU, in float32 and float64, for at most 32 classes, outside of autocast and `vmap` it is one
 * operator, and so are its first and second derivatives; elsewhere it is made of several.
 *
 * @throws TorchError `ERR_TORCH_INDEX` if a label is no class, `ERR_TORCH_SHAPE` or `ERR_TORCH_DTYPE`
 *   if the arguments do not fit
 */
export function taskCrossEntropy(logits: Tensor, labels: Tensor, ignoreIndex: number): Tensor {
  requireTensors({ logits, labels }, 'taskCrossEntropy');
  const few = (logits.shape.at(-1) ?? 0) <= MOST_CLASSES;
  if (few && labels.device === 'cpu' && arePlain([logits])) {
    return operator.call([logits, labels, ignoreIndex]) as Tensor;
  }
  const each = logits
    .flatten(0, 1)
    .crossEntropyLoss(labels.flatten(), null, NO_REDUCTION, ignoreIndex, 0)
    .view(labels.shape);
  return each.sum([1]).div(labels.ne(ignoreIndex).sum([1]).clampMin(1));
}
