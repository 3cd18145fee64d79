import { type Tensor, torch } from '../../torch';

/** A function's value and gradient, of the point's shape. */
export type Objective = (point: Tensor) => { value: number; gradient: Tensor };

type Place = { point: Tensor; value: number; gradient: Tensor };
type Pair = { step: Tensor; change: Tensor; product: number };
type Search = { place: Place; pairs: readonly Pair[]; ended: boolean };

const MEMORY = 10;
/** The share of the decrease that a line promises which a step must bring (Armijo). */
const ENOUGH = 1e-4;
const HALVINGS = 30;

/** When a search ends. */
export type Ending = {
  /** The largest entry of the gradient that counts as none. */
  tolerance: number;
  /** The most steps. */
  steps: number;
  /** Called before each step; what it throws ends the search. */
  check?: (() => void) | undefined;
};

/**
 * The point where a smooth convex function is least, by L-BFGS with backtracking. It ends once no entry of
 * the gradient is above `tolerance`, after `steps`, or where no step gains anything in the numbers'
 * precision.
 *
 * Dong Liu, Jorge Nocedal: On the Limited Memory BFGS Method for Large Scale Optimization, 1989.
 */
export function minimize(
  objective: Objective,
  start: Tensor,
  { tolerance, steps, check }: Ending,
): Tensor {
  let search: Search = torch.scope(() => {
    const place = { point: start.clone(), ...objective(start) };
    return { place, pairs: [], ended: largest(place.gradient) <= tolerance };
  });
  for (let step = 0; step < steps && !search.ended; step++) {
    check?.();
    search = torch.replace(search, ({ place, pairs }) => {
      const next = lineSearch(objective, place, direction(place.gradient, pairs), pairs.length);
      if (next === undefined) return { place, pairs, ended: true };
      return {
        place: next,
        pairs: [...pairs, ...pairBetween(place, next)].slice(-MEMORY),
        ended: largest(next.gradient) <= tolerance,
      };
    });
  }
  return torch.replace(search, ({ place }) => place.point);
}

/** The quasi-Newton direction −H g, H from the last steps and how the gradient changed over them. */
function direction(gradient: Tensor, pairs: readonly Pair[]): Tensor {
  let q = gradient;
  const shares = pairs.toReversed().map(({ step, change, product }) => {
    const share = dot(step, q) / product;
    q = q.sub(change.mul(share));
    return share;
  });
  const last = pairs.at(-1);
  if (last) q = q.mul(last.product / dot(last.change, last.change));
  for (const [i, { step, change, product }] of pairs.entries()) {
    const share = shares[pairs.length - 1 - i] ?? 0;
    q = q.add(step.mul(share - dot(change, q) / product));
  }
  return q.neg();
}

function lineSearch(
  objective: Objective,
  from: Place,
  along: Tensor,
  known: number,
): Place | undefined {
  const slope = dot(from.gradient, along);
  // Without a pair nothing says how far the gradient reaches.
  let length = known === 0 ? Math.min(1, 1 / Math.sqrt(dot(along, along))) : 1;
  for (let i = 0; i < HALVINGS; i++, length /= 2) {
    const point = from.point.add(along.mul(length));
    const { value, gradient } = objective(point);
    if (value < from.value && value <= from.value + ENOUGH * length * slope) {
      return { point, value, gradient };
    }
  }
  return undefined;
}

/** What a step has taught; nothing where rounding hides the curvature. */
function pairBetween(from: Place, to: Place): Pair[] {
  const step = to.point.sub(from.point);
  const change = to.gradient.sub(from.gradient);
  const product = dot(step, change);
  return product > 1e-10 * dot(change, change) ? [{ step, change, product }] : [];
}

const dot = (a: Tensor, b: Tensor): number => Number(a.flatten().dot(b.flatten()).item());

const largest = (x: Tensor): number => Number(x.abs().max().item());
