import { leaves, mapTree, type Tensor, type Tree, torch } from '../torch';
import type { AdamState } from './adam-state';
import type { Own } from './step';

/** The numbers of one step of Adam. */
export type FusedAdam = {
  rate: number;
  beta1: number;
  beta2: number;
  eps: number;
  weightDecay: number;
  /** Decay the weights themselves (AdamW), not through the gradient. */
  decoupled: boolean;
  amsgrad: boolean;
};

/**
 * True if the step need not be recorded, and libtorch's fused kernel for the CPU takes the tensors, which
 * it does not inside `vmap`.
 */
export function fusible(tree: Tree): boolean {
  if (torch.isGradEnabled() || torch.insideVmap()) return false;
  const [first, ...others] = leaves(tree);
  if (first === undefined) return false;
  const { dtype } = first;
  if (dtype !== 'float32' && dtype !== 'float64') return false;
  return [first, ...others].every((tensor) => tensor.device === 'cpu' && tensor.dtype === dtype);
}

/**
 * One step by libtorch's fused kernel, which passes over the memory once and checks no shapes: those of
 * the trees' tensors must agree. With one thread, on a table of 30,000 × 64 and five small tensors, a
 * step takes 2.2 ms, or 0.8 ms where donation saves the copies; with single operators it takes 8.0 ms,
 * with those on lists (`_foreach_`) 10 ms. On six small tensors all lie between 0.04 and 0.09 ms.
 */
export function fusedAdam<P extends Tree>(
  gradients: P,
  state: AdamState,
  params: P,
  settings: FusedAdam,
  own: Own,
): { params: P; state: AdamState } {
  const { rate, decoupled, amsgrad, ...rest } = settings;
  // The kernel pairs elements by their place in memory, whatever the strides.
  const copy = <T extends Tree>(tree: T): T => mapTree(([tensor]) => own(tensor), tree);
  const step = state.step.add(1);
  const next = {
    step,
    firstMoment: copy(state.firstMoment),
    secondMoment: copy(state.secondMoment),
    maxSecondMoment: copy(state.maxSecondMoment),
  };
  const moved = copy(params);
  const { p, g, m, v, most } = alignedLists(moved, gradients, next, amsgrad);
  const kernel = torch.ops.aten?.[decoupled ? '_fused_adamw_' : '_fused_adam_'];
  kernel?.(
    p,
    g,
    m,
    v,
    most,
    p.map(() => step),
    {
      ...rest,
      lr: rate,
      amsgrad,
      maximize: false,
    },
  );
  return { params: moved, state: next };
}

type Lists = Record<'p' | 'g' | 'm' | 'v' | 'most', Tensor[]>;

/** The trees' tensors in one order: keys need not come in the same order in every tree. */
function alignedLists(params: Tree, gradients: Tree, state: AdamState, amsgrad: boolean): Lists {
  const lists: Lists = { p: [], g: [], m: [], v: [], most: [] };
  mapTree(
    ([p, g, m, v]) => {
      lists.p.push(p);
      lists.g.push(g.contiguous());
      lists.m.push(m);
      lists.v.push(v);
      return p;
    },
    params,
    gradients,
    state.firstMoment,
    state.secondMoment,
  );
  if (amsgrad) {
    mapTree(
      ([p, most]) => {
        lists.most.push(most);
        return p;
      },
      params,
      state.maxSecondMoment,
    );
  }
  return lists;
}
