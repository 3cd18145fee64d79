import { requireTensors } from '../check-tensors';
import { Operator } from '../operators/dispatch';
import type { Tensor } from '../tensor';

const linear = new Operator('metatorch::task_linear');
const product = new Operator('metatorch::task_product');
const outer = new Operator('metatorch::task_outer');
const update = new Operator('metatorch::task_update');

/**
 * x·Wᵀ + b for each of T tasks: `x` `[T, n, in]`, `weight` `[T, out, in]` and `bias` `[T, out]` give
 * `[T, n, out]`. Weights that tasks share are `expand`ed.
 *
 * The same as `baddbmm` with the weight transposed, but its gradients, of every order, are contiguous
 * as `x` and `weight` are, so that what they are added to need not be read by columns. On the CPU, in
 * float32 and float64, outside of autocast and `vmap`; elsewhere it is `baddbmm`.
 *
 * @throws TorchError `ERR_TORCH_SHAPE` or `ERR_TORCH_DTYPE` if the arguments do not fit
 */
export function taskLinear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const given = bias === undefined ? { x, weight } : { x, weight, bias };
  requireTensors(given, 'taskLinear');
  return linear.call(bias === undefined ? [x, weight] : [x, weight, bias]) as Tensor;
}

/**
 * added + left·right for each of T tasks: `added` `[T, n, m]`, `left` `[T, n, k]` and `right`
 * `[T, k, m]` give `[T, n, m]`. As `added.baddbmm(left, right)`, with gradients as those of
 * `taskLinear`.
 *
 * @throws TorchError `ERR_TORCH_SHAPE` or `ERR_TORCH_DTYPE` if the arguments do not fit
 */
export function taskProduct(added: Tensor, left: Tensor, right: Tensor): Tensor {
  requireTensors({ added, left, right }, 'taskProduct');
  return product.call([added, left, right]) as Tensor;
}

/**
 * added + leftᵀ·right for each of T tasks: `added` `[T, k, m]`, `left` `[T, n, k]` and `right`
 * `[T, n, m]` give `[T, k, m]`. As `added.baddbmm(left.mT, right)`, with gradients as those of
 * `taskLinear`.
 *
 * @throws TorchError `ERR_TORCH_SHAPE` or `ERR_TORCH_DTYPE` if the arguments do not fit
 */
export function taskOuter(added: Tensor, left: Tensor, right: Tensor): Tensor {
  requireTensors({ added, left, right }, 'taskOuter');
  return outer.call([added, left, right]) as Tensor;
}

/**
 * A linear layer's parameters of each of T tasks after a step: `weight` `[T, out, in]` + deltasᵀ·inputs and
 * `bias` `[T, out]` + Σ deltas, for `deltas` `[T, n, out]` and `inputs` `[T, n, in]`. As `taskOuter` and a
 * sum, but their gradient with respect to the deltas is one product. @internal
 *
 * @throws TorchError `ERR_TORCH_SHAPE` or `ERR_TORCH_DTYPE` if the arguments do not fit
 */
export function taskUpdate(
  weight: Tensor,
  bias: Tensor,
  deltas: Tensor,
  inputs: Tensor,
): { weight: Tensor; bias: Tensor } {
  requireTensors({ weight, bias, deltas, inputs }, 'taskUpdate');
  const [movedWeight, movedBias] = update.call([weight, bias, deltas, inputs]) as [Tensor, Tensor];
  return { weight: movedWeight, bias: movedBias };
}
