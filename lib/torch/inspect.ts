import type { Tensor } from './tensor';

/** A tensor in words. */
export function formatTensor(tensor: Tensor): string {
  return tensor.isDisposed ? 'tensor(disposed)' : `tensor(${String(tensor.tolist())})`;
}
