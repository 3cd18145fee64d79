import { requireTensors } from '../check-tensors';
import { Operator } from '../operators/dispatch';
import type { Tensor } from '../tensor';

const operator = new Operator('metatorch::task_cross_entropy');

/**
 * The mean cross-entropy of each of T tasks: logits `[T, n, N]` and int64 labels `[T, n]` give `[T]`.
 * Rows labelled `ignoreIndex` are ignored; a task without other rows has loss 0.
 *
 * On the CPU, in float32 and float64, for at most 32 classes, outside of autocast and `vmap` it is one
 * operator, and so are its first and second derivatives; elsewhere it is made of several.
 *
 * @throws TorchError `ERR_TORCH_INDEX` if a label is out of range, `ERR_TORCH_SHAPE` or `ERR_TORCH_DTYPE`
 *   if the arguments do not fit
 */
export function taskCrossEntropy(logits: Tensor, labels: Tensor, ignoreIndex: number): Tensor {
  requireTensors({ logits, labels }, 'taskCrossEntropy');
  return operator.call([logits, labels, ignoreIndex]) as Tensor;
}
