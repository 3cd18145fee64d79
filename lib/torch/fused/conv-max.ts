import { requireTensors } from '../check-tensors';
import { Operator } from '../operators/dispatch';
import type { Tensor } from '../tensor';

const operator = new Operator('metatorch::conv_max');

/**
 * For each of T tasks a convolution without padding over sequences, and the maximum over its places:
 * `x` `[T, n, L, D]`, `weight` `[T, F, k·D]` with the earliest step first and `bias` `[T, F]` give
 * `[T, n, F]`. Weights that tasks share are `expand`ed.
 *
 * On the CPU, in float32 and float64, it is one operator: responses to other windows are never stored,
 * and its gradients, of every order, work with the greatest windows alone. Elsewhere, under
 * autocast and inside `vmap` it is made of several. Where several windows tie for the maximum, one gets
 * the gradient.
 *
 * @throws TorchError `ERR_TORCH_SHAPE` or `ERR_TORCH_DTYPE` if the arguments do not fit
 */
export function convMax(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  requireTensors({ x, weight, bias }, 'convMax');
  const [values, places] = operator.call([x, weight, bias]) as [Tensor, Tensor];
  places.dispose();
  return values;
}
