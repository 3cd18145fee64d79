import { requireTensors } from '../check-tensors';
import { Operator } from '../operators/dispatch';
import type { Tensor } from '../tensor';

const operator = new Operator('metatorch::task_layer_norm');

/**
 * Layer normalisation over the last dimension with weights of each of T tasks' own: `x` `[T, n, D]`,
 * `weight` and `bias` `[T, D]` give `[T, n, D]`. Weights that tasks share are `expand`ed.
 *
 * On the CPU, in float32 and float64, outside of autocast and `vmap` it is one operator, and so are its
 * first and second derivatives; those of every order are exact. Elsewhere it is libtorch's `layerNorm`,
 * whose third derivatives are wrong: it takes the mean and the scale for constants there.
 *
 * @throws TorchError `ERR_TORCH_SHAPE` or `ERR_TORCH_DTYPE` if the arguments do not fit
 */
export function taskLayerNorm(x: Tensor, weight: Tensor, bias: Tensor, eps: number): Tensor {
  requireTensors({ x, weight, bias }, 'taskLayerNorm');
  return operator.call([x, weight, bias, eps]) as Tensor;
}
