import { leaves, mapTree, type Tensor, type Tree, torch } from '../torch';
import { donationOf } from '../torch/donation';

/** A contiguous tensor that may be written: a copy, or the tensor's own memory where that is donated. */
export type Own = (tensor: Tensor) => Tensor;

const copied: Own = (tensor) => tensor.clone({ memoryFormat: 'contiguous_format' });

/**
 * Takes an optimizer's step by `rule` in a scope. What `torch.replace` is replacing is consumed by it:
 * the step is not recorded, and its parameters require gradients where the old ones did.
 */
export function takeStep<P extends Tree, S extends Tree>(
  gradients: Tree,
  state: S,
  params: P,
  rule: (own: Own) => { params: P; state: S },
): { params: P; state: S } {
  const donation = donationOf(leaves([params, state]), leaves(gradients));
  if (donation === undefined) return torch.scope(() => rule(copied));
  const next = torch.noGrad(() =>
    torch.scope(() => {
      const moved = rule(donation.own);
      return { params: requiringAs(params, moved.params), state: moved.state };
    }),
  );
  donation.settle();
  return next;
}

/** The tensors of `moved`, requiring gradients where those of `params` do. */
function requiringAs<P extends Tree>(params: P, moved: P): P {
  return mapTree(([next, old]) => (old.requiresGrad ? next.requiresGrad_() : next), moved, params);
}
