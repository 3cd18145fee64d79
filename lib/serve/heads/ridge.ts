import { oneHot } from '../../meta/task-loss';
import { type Tensor, torch } from '../../torch';
import { balancedWeights } from './features';
import type { Examples, Head } from './head';
import {
  LAMBDAS,
  leaveOneOut,
  type RidgeProblem,
  ridgeProblem,
  ridgeScores,
  ridgeWeights,
} from './ridge-problem';

/** W `[D + 1, N]`, the last row the bias, and the λ it was fitted with, without dimensions. */
export type RidgeState = { weights: Tensor; lambda: Tensor };

/**
 * Ridge regression on one-hot labels, each label of the same weight. λ is that with the least
 * leave-one-out error, which has a closed form:
 *
 *   W = (Xᵀ A X + λ I)⁻¹ Xᵀ A Y,   y₋ᵢ = yᵢ − (yᵢ − ŷᵢ) / (1 − hᵢ),   h = diag(A½ X (Xᵀ A X + λ I)⁻¹ Xᵀ A½)
 *
 * Luca Bertinetto et al.: Meta-learning with Differentiable Closed-form Solvers, ICLR 2019, is the
 * same regression inside of meta-learning.
 */
export const ridge: Head<RidgeState> = {
  fit(examples) {
    const problem = problemOf(examples);
    const losses = LAMBDAS.map((lambda) => heldOutError(problem, lambda));
    const lambda = LAMBDAS[losses.indexOf(Math.min(...losses))] ?? 1;
    return { weights: ridgeWeights(problem, lambda), lambda: torch.tensor(lambda) };
  },
  scores: ({ weights }, x) => ridgeScores(weights, x),
  heldOut: ({ lambda }, examples, rows) =>
    leaveOneOut(problemOf(examples), Number(lambda.item())).to('float32').indexSelect(0, rows),
};

function problemOf(examples: Examples): RidgeProblem {
  const { x, y, labels } = examples;
  return ridgeProblem(x, oneHot(y, labels, x), balancedWeights(examples));
}

/** The mean squared error of the examples' scores by fits without them, by their weights. */
function heldOutError(problem: RidgeProblem, lambda: number): number {
  const { targets, roots } = problem;
  const residual = targets.sub(leaveOneOut(problem, lambda));
  return Number(residual.mul(roots).square().mean().item());
}
