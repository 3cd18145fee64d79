import { type Tensor, torch } from '../../torch';
import {
  LAMBDAS,
  leaveOneOut,
  type RidgeProblem,
  ridgeProblem,
  ridgeWeights,
} from './ridge-problem';

/** Vectors, what they should give, and how much each of them weighs. */
export type Regression = {
  /** `[n, D]` */
  x: Tensor;
  /** `[n, N]` */
  targets: Tensor;
  /** `[n, 1]`, of mean 1. */
  weights: Tensor;
};

/** W `[D + 1, N]`, the last row the bias, and the λ it was fitted with, without dimensions. */
export type RidgeState = { weights: Tensor; lambda: Tensor };

/** Least squares with the λ that has the least leave-one-out error. */
export function fitRidge({ x, targets, weights }: Regression): RidgeState {
  const problem = ridgeProblem(x, targets, weights);
  const losses = LAMBDAS.map((lambda) => heldOutError(problem, lambda));
  const lambda = LAMBDAS[losses.indexOf(Math.min(...losses))] ?? 1;
  return { weights: ridgeWeights(problem, lambda), lambda: torch.tensor(lambda) };
}

/** What each row gives by the fit without it, `[n, N]` float32. */
export function withoutEach({ x, targets, weights }: Regression, lambda: number): Tensor {
  return leaveOneOut(ridgeProblem(x, targets, weights), lambda).to('float32');
}

/** The mean squared error of fits without each row, by the rows' weights. */
function heldOutError(problem: RidgeProblem, lambda: number): number {
  const { targets, roots } = problem;
  const residual = targets.sub(leaveOneOut(problem, lambda));
  return Number(residual.mul(roots).square().mean().item());
}
