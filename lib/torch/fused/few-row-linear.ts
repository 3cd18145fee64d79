import { requireTensors } from '../check-tensors';
import { Operator } from '../operators/dispatch';
import type { Tensor } from '../tensor';

const operator = new Operator('metatorch::few_row_linear');

/**
 * x·Wᵀ + b of x `[…, in]`, a weight `[out, in]` and `bias` `[out]`, as `torch.linear` gives it, also its gradients,
 * up to rounding. On the CPU at most 16 rows of float32 without gradients take the time in which the weight comes from
 * memory, about half of what libtorch takes.
 *
 * @throws TorchError `ERR_TORCH_SHAPE` or `ERR_TORCH_DTYPE` if the arguments do not fit
 */
export function fewRowLinear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  requireTensors({ x, weight, ...(bias && { bias }) }, 'fewRowLinear');
  return operator.call([x, weight, bias ?? null]) as Tensor;
}
