import { callable } from '../../../check';
import { invalidArgument } from '../../../errors';
import { binding } from '../../binding';
import { synchronous } from '../../synchronous';
import { isTensor, type Tensor } from '../../tensor';
import { leaves } from '../../tree';
import { requireAlike } from '../backward-arguments';
import { answerWith, graphCallback } from './graph-callback';
import { fillPlaces, placesOf } from './places';

/**
 * Runs `fn`, in which everything that operators save for backward goes through `pack`: what it makes
 * of a tensor is kept instead, until backward needs the tensor and `unpack` makes it again. For example
 * to keep it on the CPU or in a file, or at lower precision.
 *
 *     const half = (x: Tensor) => ({ small: x.to('float16'), dtype: x.dtype });
 *     const whole = ({ small, dtype }: Packed) => small.to(dtype);
 *     const loss = torch.autograd.savedTensorsHooks(half, whole, () => lossOf(params, batch));
 *
 * `pack` may give anything; tensors in arrays and plain objects are kept with the graph, whatever scope
 * is around. `unpack` gives a tensor of the same shape, dtype and device, and may be called again for
 * another backward pass. Neither is recorded. Regions nest; the innermost counts, `torch.checkpoint`
 * included. What they throw is thrown by the operator that saves, or by `grad` or `backward`.
 *
 * @throws ArgumentTypeError if `fn` returns a promise; in backward if `unpack` gives no tensor
 * @throws TorchError in backward `ERR_TORCH_SHAPE`, `ERR_TORCH_DTYPE` or `ERR_TORCH_DEVICE` if what
 *   `unpack` gives is not alike
 */
export function savedTensorsHooks<P, R>(
  pack: (tensor: Tensor) => P,
  unpack: (packed: P) => Tensor,
  fn: () => R,
): R {
  const operator = 'savedTensorsHooks';
  callable(pack, 'pack', operator);
  callable(unpack, 'unpack', operator);
  callable(fn, 'fn', operator);
  binding.enterSavedTensorHooks(packing(pack, unpack));
  try {
    return synchronous(fn(), operator);
  } finally {
    binding.leaveSavedTensorHooks();
  }
}

function packing<P>(pack: (tensor: Tensor) => P, unpack: (packed: P) => Tensor) {
  return graphCallback(([tensor]) => {
    if (!tensor) return undefined;
    const { shape, dtype, device } = tensor;
    const packed = synchronous(pack(tensor), 'savedTensorsHooks');
    // First, since it refuses what holds itself.
    const parts = leaves(packed);
    const places = placesOf(packed);
    const unpackAgain = graphCallback((again) => {
      const name = 'the result of unpack';
      const given = fillPlaces(places, (index) => again[index]) as P;
      const found: unknown = synchronous(unpack(given), 'savedTensorsHooks');
      if (!isTensor(found)) throw invalidArgument('a tensor', name, found, 'savedTensorsHooks');
      requireAlike({ shape, dtype, device }, found, name, 'savedTensorsHooks');
      return [found];
    });
    answerWith(parts, unpackAgain);
    return undefined;
  });
}
