/**
 * The dual of the multiclass support vector machine of Crammer and Singer 2001, as in MetaOptNet:
 *
 *   min over α of ½ Σₖ αₖᵀ K αₖ − Σᵢ α[yᵢ, i]   where α[k, i] ≤ C·1[k = yᵢ] and Σₖ α[k, i] = 0
 *
 * The constraints couple the classes only through Σₖ, so that every Newton step factors the n × n
 * blocks of the N classes and one n × n matrix more, not one of N·n rows.
 */
import { TorchError } from '../../errors';
import { type Tensor, torch } from '../../torch/index';

export type SvmDual = {
  /** K `[T, n, n]`, positive definite. */
  kernel: Tensor;
  /** 1[k = yᵢ] `[T, N, n]`; a row i with none of them has α = 0. */
  targets: Tensor;
  /** C: the upper bound on α[yᵢ, i]. */
  bound: number;
};

// Most steps gain a factor of ten or more; problems of all sizes took at most 30.
const MAX_STEPS = 60;
const SMALL = 1e-12;
const TO_THE_EDGE = 0.99;

/**
 * The solution α `[T, N, n]`, differentiable any number of times with respect to K where no constraint
 * is on the verge of becoming active.
 *
 * An interior point method in float64 finds which bounds are active. With those as equations the
 * optimality conditions are a linear system; it is solved anew with recorded operators, which is
 * implicit differentiation: the derivative of the solution is that of the system's.
 *
 * @throws TorchError with the code `ERR_TORCH_LINALG` if K is not positive definite in its precision
 */
export function solveSvmDual({ kernel, targets, bound }: SvmDual): Tensor {
  const upper = torch.noGrad(() => upperBounds(targets, bound));
  const active = torch.scope(() =>
    torch.noGrad(() => {
      const exact = kernel.detach().to('float64');
      // s α solves the problem of K / s and s C. With K / s at most about 1 and s C at least 1,
      // tolerances need not know how large embeddings and bounds are.
      const size = exact
        .diagonal(0, 1, 2)
        .mean([1])
        .clampMin(1 / bound)
        .view([-1, 1, 1]);
      const own = upper.to('float64').mul(size);
      return activeBounds(exact.div(size), targets.to('float64'), own);
    }),
  );
  return solveWithActive(kernel, targets, upper, active);
}

/** C·1[k = yᵢ]; C for every class of a row that has none, which stays at 0 in the interior. */
function upperBounds(targets: Tensor, bound: number): Tensor {
  const none = targets.sum([1], true).eq(0);
  return targets.add(none).mul(bound);
}

/** The optimum given which α[k, i] are at their bounds: K α_free = y − ν − K α_bound, Σₖ α = 0. */
function solveWithActive(kernel: Tensor, targets: Tensor, upper: Tensor, active: Tensor): Tensor {
  const held = upper.mul(active);
  const free = active.logicalNot().to(kernel);
  // Rows and columns of active entries become those of the identity; its inverse is cut out again.
  const among = free.unsqueeze(-1).mul(free.unsqueeze(-2));
  const block = kernel.unsqueeze(1).mul(among).add(active.to(kernel).diagEmbed());
  const inverse = torch.linalg.cholesky(block).choleskyInverse().mul(among);
  const target = targets.sub(times(kernel.unsqueeze(1), held));
  const total = times(inverse, target).add(held).sum([1]);
  const nu = total
    .unsqueeze(-1)
    .choleskySolve(torch.linalg.cholesky(inverse.sum([1])))
    .squeeze(-1);
  return times(inverse, target.sub(nu.unsqueeze(1))).add(held);
}

type Point = { alpha: Tensor; nu: Tensor; slack: Tensor; dual: Tensor };

/** Mehrotra's predictor and corrector (1992); true where the bound holds with equality. */
function activeBounds(kernel: Tensor, targets: Tensor, upper: Tensor): Tensor {
  const k = kernel.unsqueeze(1);
  // All complementarities start alike, or steps would be cut short for those far ahead of the rest.
  const slack = upper.clampMin(1);
  let point: Point = {
    alpha: targets.zerosLike(),
    nu: targets.select(1, 0).zerosLike(),
    slack,
    dual: slack.reciprocal(),
  };
  for (let i = 0; i < MAX_STEPS; i++) {
    const open = torch.scope(() => gap(k, targets, upper, point).ge(SMALL));
    if (open.any().item() !== true) return point.dual.gt(point.slack);
    point = torch.replace(point, (at) => advance(k, targets, upper, at, open));
  }
  throw new TorchError('ERR_TORCH_LINALG', `solveSvmDual: no optimum within ${MAX_STEPS} steps`);
}

/** How far each task `[T]` is from meeting the optimality conditions, relative to their terms. */
function gap(k: Tensor, targets: Tensor, upper: Tensor, point: Point): Tensor {
  const { dual, primal, sum } = residuals(k, targets, upper, point);
  const most = (r: Tensor) => r.abs().flatten(1).amax([1]);
  const large = most(point.alpha).add(1);
  // Classes differ by no more than the kernel's size, however certain they are to be wrong.
  const product = most(point.slack.mul(point.dual)).div(most(k).square());
  return torch
    .stack([
      most(dual).div(large),
      most(primal.div(upper.add(1))).div(large),
      most(sum).div(large),
      product,
    ])
    .amax([0]);
}

function residuals(k: Tensor, targets: Tensor, upper: Tensor, point: Point) {
  const { alpha, nu, slack, dual } = point;
  return {
    dual: times(k, alpha).sub(targets).add(dual).add(nu.unsqueeze(1)),
    primal: alpha.add(slack).sub(upper),
    sum: alpha.sum([1]),
  };
}

/**
 * One step of the tasks that are still open, `[T]`: towards the boundary first, then back to the centre
 * by what that has taught.
 */
function advance(k: Tensor, targets: Tensor, upper: Tensor, point: Point, open: Tensor): Point {
  const { slack, dual: z } = point;
  const r = residuals(k, targets, upper, point);
  const factor = torch.linalg.cholesky(k.add(z.div(slack).diagEmbed()));
  const inverse = factor.choleskyInverse();
  const coupling = torch.linalg.cholesky(inverse.sum([1]));
  const newton = (complementarity: Tensor): Point => {
    const right = complementarity.sub(z.mul(r.primal)).div(slack).sub(r.dual);
    const total = times(inverse, right).sum([1]).add(r.sum);
    const nu = total.unsqueeze(-1).choleskySolve(coupling).squeeze(-1);
    const alpha = times(inverse, right.sub(nu.unsqueeze(1)));
    const change = alpha.add(r.primal).neg();
    return { alpha, nu, slack: change, dual: complementarity.add(z.mul(change)).div(slack).neg() };
  };
  const product = slack.mul(z);
  const ahead = newton(product);
  const reach = stepLength(point, ahead, 1);
  const mean = product.mean([1, 2], true);
  const reached = slack.add(ahead.slack.mul(reach)).mul(z.add(ahead.dual.mul(reach)));
  const centre = reached.mean([1, 2], true).div(mean).pow(3).mul(mean);
  const step = newton(product.add(ahead.slack.mul(ahead.dual)).sub(centre));
  // Beyond the optimum there are only divisions by ever smaller numbers.
  const length = stepLength(point, step, TO_THE_EDGE).mul(open.view([-1, 1, 1]));
  return {
    alpha: point.alpha.add(step.alpha.mul(length)),
    nu: point.nu.add(step.nu.mul(length.squeeze(1))),
    slack: slack.add(step.slack.mul(length)),
    dual: z.add(step.dual.mul(length)),
  };
}

/** The longest step of each task, at most 1, that keeps slack and dual variables positive: `[T, 1, 1]`. */
function stepLength(point: Point, step: Point, share: number): Tensor {
  const longest = (value: Tensor, change: Tensor) =>
    torch.where(change.lt(0), value.div(change).neg(), Infinity).amin([1, 2], true);
  return longest(point.slack, step.slack)
    .minimum(longest(point.dual, step.dual))
    .mul(share)
    .clampMax(1);
}

/** A·v for every class: `[T, N or 1, n, n]` and `[T, N, n]` give `[T, N, n]`. */
function times(matrix: Tensor, vectors: Tensor): Tensor {
  return matrix.matmul(vectors.unsqueeze(-1)).squeeze(-1);
}
