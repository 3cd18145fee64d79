import { leaves, mapTree, type Tree } from '../torch';

/** The number of elements in all tensors of a tree. */
export function countParameters(params: Tree): number {
  return leaves(params).reduce((count, tensor) => count + tensor.numel(), 0);
}

/**
 * The same parameters as new leaves that require gradients, cut off from what made them. The memory
 * is shared.
 */
export function trainable<P extends Tree>(params: P): P {
  return mapTree(([tensor]) => tensor.detach().requiresGrad_(), params);
}
