import { requireTensors } from '../check-tensors';
import { Operator } from '../operators/dispatch';
import type { Tensor } from '../tensor';

const pack = new Operator('metatorch::int8_pack');
const int8 = new Operator('metatorch::int8_linear');
const half = new Operator('metatorch::half_linear');

/**
 * An int8 weight `[out, in]` in the layout that this processor's kernels take, for `int8Linear` alone. It
 * belongs to one thread: others share the weight, and pack it themselves.
 *
 * @throws TorchError `ERR_TORCH_DTYPE` or `ERR_TORCH_SHAPE` if it is another
 */
export function packInt8(weight: Tensor): Tensor {
  requireTensors({ weight }, 'packInt8');
  return pack.call([weight]) as Tensor;
}

/**
 * x·Wᵀ + b of x `[…, in]`, float32, weights of `packInt8`, what one step of each of their rows is worth,
 * `scales` `[out]`, and `bias` `[out]`; gives `[…, out]`, float32. Each row of x is rounded to 8 bits by
 * itself, so that it becomes the same whatever else is in the batch. Has no gradients.
 *
 * @throws TorchError `ERR_TORCH_DTYPE` or `ERR_TORCH_SHAPE` if the arguments do not fit
 */
export function int8Linear(x: Tensor, packed: Tensor, scales: Tensor, bias?: Tensor): Tensor {
  requireTensors({ x, packed, scales, ...(bias && { bias }) }, 'int8Linear');
  return int8.call([x, packed, scales, bias ?? null]) as Tensor;
}

/**
 * x·Wᵀ + b of x `[…, in]` and `bias` `[out]`, float32, and a weight `[out, in]`, float16 or bfloat16; gives
 * `[…, out]`, float32. Half of the memory is read, and the products are those of float32. Has no gradients.
 *
 * @throws TorchError `ERR_TORCH_DTYPE` or `ERR_TORCH_SHAPE` if the arguments do not fit
 */
export function halfLinear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  requireTensors({ x, weight, ...(bias && { bias }) }, 'halfLinear');
  return half.call([x, weight, bias ?? null]) as Tensor;
}
