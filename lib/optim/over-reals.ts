import { leaves, mapTree, type Tensor, type Tree, torch } from '../torch';
import type { Own } from './step';

type Trees<P, S> = { gradients: Tree; state: S; params: P };
type Moved<P, S> = { params: P; state: S };

/**
 * Takes a step by a rule that squares gradients. Of complex tensors the rule sees real and imaginary parts as numbers of
 * their own, `[..., 2]`, as PyTorch's optimizers do.
 */
export function overReals<P extends Tree, S extends Tree>(
  trees: Trees<P, S>,
  own: Own,
  rule: (trees: Trees<P, S>, own: Own) => Moved<P, S>,
): Moved<P, S> {
  if (!leaves(trees.params).some((tensor) => tensor.isComplex())) return rule(trees, own);
  const wholes = new Map<Tensor, Tensor>();
  const real = (tensor: Tensor): Tensor => {
    if (!tensor.isComplex()) return tensor;
    const parts = torch.viewAsReal(tensor.resolveConj());
    wholes.set(parts, tensor);
    return parts;
  };
  const ownParts: Own = (tensor) => {
    const whole = wholes.get(tensor);
    return whole === undefined ? own(tensor) : torch.viewAsReal(own(whole));
  };
  const moved = rule(
    mapTree(([tensor]) => real(tensor), trees),
    ownParts,
  );
  return {
    params: likeBefore(moved.params, trees.params),
    state: likeBefore(moved.state, trees.state),
  };
}

/** Tensors in place of complex ones as these are. */
function likeBefore<T extends Tree>(moved: T, before: T): T {
  return mapTree(
    ([next, old]) => (old.isComplex() ? torch.viewAsComplex(next.contiguous()) : next),
    moved,
    before,
  );
}
