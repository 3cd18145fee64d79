import { type Tensor, torch } from '../../torch';

/** A function's value and gradient, of the point's shape. */
export type Objective = (point: Tensor) => { value: number; gradient: Tensor };

type Place = { point: Tensor; value: number; gradient: Tensor };
/** `reach` is what the model of the curvature makes of `change`. */
type Pair = { step: Tensor; change: Tensor; reach: Tensor; product: number };
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
  /** The share of the value that a step has to gain for another one to be made. Default: anything. */
  gain?: number;
  /** Called before each step; what it throws ends the search. */
  check?: (() => void) | undefined;
};

/** The product of a gradient with about the inverse of the second derivatives. */
export type Curvature = (gradient: Tensor) => Tensor;

/**
 * The point where a smooth convex function is least, by L-BFGS with backtracking. It ends once no entry of
 * the gradient is above `tolerance`, after `steps`, or where no step gains anything in the numbers'
 * precision.
 *
 * @param curvature what steps start from. Default: all directions are alike, and their scale is unknown
 *
 * Dong Liu, Jorge Nocedal: On the Limited Memory BFGS Method for Large Scale Optimization, 1989.
 */
export function minimize(
  objective: Objective,
  start: Tensor,
  { tolerance, steps, gain = 0, check }: Ending,
  curvature?: Curvature,
): Tensor {
  const model = curvature ?? sameEverywhere;
  let search: Search = torch.scope(() => {
    const place = { point: start.clone(), ...objective(start) };
    return { place, pairs: [], ended: largest(place.gradient) <= tolerance };
  });
  for (let step = 0; step < steps && !search.ended; step++) {
    check?.();
    search = torch.replace(search, ({ place, pairs }) => {
      const along = direction(place.gradient, pairs, model);
      const isBlind = pairs.length === 0 && curvature === undefined;
      const next = lineSearch(objective, place, along, isBlind);
      if (next === undefined) return { place, pairs, ended: true };
      const isSmall = place.value - next.value < gain * Math.abs(place.value);
      return {
        place: next,
        pairs: [...pairs, ...pairBetween(place, next, model)].slice(-MEMORY),
        ended: isSmall || largest(next.gradient) <= tolerance,
      };
    });
  }
  return torch.replace(search, ({ place }) => place.point);
}

const sameEverywhere: Curvature = (gradient) => gradient;

/** The quasi-Newton direction −H g, H from the last steps and how the gradient changed over them. */
function direction(gradient: Tensor, pairs: readonly Pair[], curvature: Curvature): Tensor {
  let q = gradient;
  const shares = pairs.toReversed().map(({ step, change, product }) => {
    const share = dot(step, q) / product;
    q = q.sub(change.mul(share));
    return share;
  });
  q = curvature(q);
  const last = pairs.at(-1);
  if (last) q = q.mul(last.product / dot(last.change, last.reach));
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
  isBlind: boolean,
): Place | undefined {
  const slope = dot(from.gradient, along);
  // Nothing says how far the gradient reaches.
  let length = isBlind ? Math.min(1, 1 / Math.sqrt(dot(along, along))) : 1;
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
function pairBetween(from: Place, to: Place, curvature: Curvature): Pair[] {
  const step = to.point.sub(from.point);
  const change = to.gradient.sub(from.gradient);
  const product = dot(step, change);
  if (product <= 1e-10 * dot(change, change)) return [];
  return [{ step, change, reach: curvature(change), product }];
}

const dot = (a: Tensor, b: Tensor): number => Number(a.flatten().dot(b.flatten()).item());

const largest = (x: Tensor): number => Number(x.abs().max().item());
