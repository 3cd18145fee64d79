import { TorchError } from '../../errors';
import { binding } from '../binding';
import { handleOf } from '../handle';
import { type Tensor, tensorOf } from '../tensor';

/** True for an index that inside `vmap` is another integer for each sample. */
export function isSampleIndex(indices: Tensor): boolean {
  return (
    indices.ndim === 0 && indices.dtype.startsWith('int') && binding.isBatched(handleOf(indices))
  );
}

/** Takes each sample's own position along a dimension, which is dropped; a copy, not a view. */
export function selectEach(source: Tensor, dim: number, index: Tensor): Tensor {
  const size = source.shape[dim] ?? 0;
  const places = index.to('int64');
  const fromFront = places.add(places.lt(0).mul(size));
  return source.indexSelect(dim, fromFront.reshape([1])).squeeze(dim);
}

/** An integer of each sample's own counts as a tensor where parts are set, and tensors have an order. */
export function refuseBesideTensors(entries: readonly unknown[], operator: string): void {
  const message = `${operator}: vmap: Expected no tensors, arrays or booleans beside an integer that varies among samples`;
  if (entries.length > 1) throw new TorchError('ERR_TORCH_VMAP', message, { operator });
}

/** A copy with room for a value of each sample. */
export function copyForEach(source: Tensor): Tensor {
  if (binding.vmapDepth() === 0) return source.clone();
  return tensorOf(binding.varyAlongAll(handleOf(source))).clone();
}
