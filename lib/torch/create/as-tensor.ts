import { knownOptions, refuseSurplus } from '../../check';
import { chosenDevice } from '../defaults/default-device';
import type { Dtype } from '../dtype';
import { isTensor, type Tensor } from '../tensor';
import { type TensorLike, tensor } from './create';

export type AsTensorOptions = {
  /** Default: that of the tensor, or as `tensor` chooses it. */
  dtype?: Dtype;
  /** Default: that of the tensor, else `cpu`, or what `setDefaultDevice` has chosen. */
  device?: string;
};

/**
 * What it is given as a tensor: a tensor of the dtype and device that are wanted is returned itself, and
 * keeps its history; anything else is made by `tensor` or converted by `to`.
 */
export function asTensor(
  data: TensorLike,
  options: AsTensorOptions = {},
  ...surplus: never[]
): Tensor {
  refuseSurplus(surplus, 'asTensor');
  const known = knownOptions(options, ['dtype', 'device'], 'asTensor');
  const { dtype, device = chosenDevice() } = known;
  const wanted = { ...(dtype === undefined ? {} : { dtype }), ...(device ? { device } : {}) };
  if (!isTensor(data)) return tensor(data, wanted);
  const isSame = (dtype ?? data.dtype) === data.dtype && (device ?? data.device) === data.device;
  return isSame ? data : data.to(wanted);
}
