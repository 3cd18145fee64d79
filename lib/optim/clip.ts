import { numberWhere } from '../check';
import { invalidArgument } from '../errors';
import { leaves, mapTree, type Tensor, type Tree, torch } from '../torch';

/**
 * The Euclidean norm of all elements of a tree, a scalar.
 *
 * @throws ArgumentTypeError if the tree has no tensors
 */
export function globalNorm(tree: Tree): Tensor {
  return torch.scope(() => {
    const norms = leaves(tree).map((tensor) => torch.linalg.vectorNorm(tensor));
    if (norms.length === 0) throw invalidArgument('tensors', 'tree', tree, 'globalNorm');
    return torch.linalg.vectorNorm(torch.stack(norms));
  });
}

/**
 * Scales gradients by min(1, maxNorm/‖g‖), ‖g‖ the norm over all of them before; as PyTorch's
 * `clip_grad_norm_`. Pascanu et al. 2013, https://arxiv.org/abs/1211.5063
 *
 * The norm is one for all tasks of gradients with a task axis.
 *
 * @throws ArgumentRangeError if `maxNorm` is not positive
 */
export function clipByGlobalNorm<P extends Tree>(
  gradients: P,
  maxNorm: number,
): { gradients: P; norm: Tensor } {
  const fits = (value: number) => value > 0;
  numberWhere(fits, 'a positive number', maxNorm, 'maxNorm', 'clipByGlobalNorm');
  return torch.scope(() => {
    const norm = globalNorm(gradients);
    // PyTorch's margin against a norm of zero.
    const share = norm.add(1e-6).reciprocal().mul(maxNorm).clampMax(1);
    return { gradients: mapTree(([g]) => g.mul(share), gradients), norm };
  });
}
