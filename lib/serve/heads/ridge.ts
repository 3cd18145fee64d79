import { oneHot } from '../../meta/task-loss';
import { balancedWeights } from './features';
import type { Examples, Head } from './head';
import {
  fitRidge,
  leaveOneOut,
  type RidgeProblem,
  type RidgeState,
  ridgeProblem,
  ridgeScores,
  ridgeWeights,
} from './ridge-problem';

/** With fewer examples of each label, one that is left out weighs among those of its label. */
const MANY = 20;

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
  fit: (examples) => fitRidge(problemOf(examples)),
  // Scores of another λ are of another scale.
  fitLike: ({ lambda }, examples) => ({
    weights: ridgeWeights(problemOf(examples), Number(lambda.item())),
    lambda,
  }),
  scores: ({ weights }, x) => ridgeScores(weights, x),
  // An example that is left out alone makes its own label the rarer one, which lowers its score. Folds leave out as many
  // of every label.
  heldOut: ({ lambda }, { at, all, ...examples }) =>
    examples.y.size(0) < MANY * examples.labels
      ? undefined
      : leaveOneOut(problemOf({ ...examples, x: all() }), Number(lambda.item()))
          .to('float32')
          .indexSelect(0, at),
};

function problemOf(examples: Examples): RidgeProblem {
  const { x, y, labels } = examples;
  return ridgeProblem(x, oneHot(y, labels, x), balancedWeights(examples));
}
