import { oneHot } from '../../meta/task-loss';
import { type Tensor, torch } from '../../torch';
import { balancedWeights } from './features';
import type { Examples, Head } from './head';

/** W `[D + 1, N]`, the last row the bias, and the λ it was fitted with, without dimensions. */
export type RidgeState = { weights: Tensor; lambda: Tensor };

/** λ for weights of mean 1; the examples' leave-one-out errors choose among them. */
const LAMBDAS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];

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
    const problem = decompose(examples);
    const losses = LAMBDAS.map((lambda) => leaveOneOut(problem, lambda).error);
    const lambda = LAMBDAS[losses.indexOf(Math.min(...losses))] ?? 1;
    return { weights: solve(problem, lambda), lambda: torch.tensor(lambda) };
  },
  scores: ({ weights }, x) => withOne(x).matmul(weights),
  heldOut: ({ lambda }, examples, rows) =>
    leaveOneOut(decompose(examples), Number(lambda.item())).scores.indexSelect(0, rows),
};

/** A½ X and its eigenvectors and -values, `squares` being those of the singular values; all float64. */
type Problem = { rows: Tensor; roots: Tensor; targets: Tensor; vectors: Tensor; squares: Tensor };

function decompose(examples: Examples): Problem {
  const { x, y, labels } = examples;
  const roots = balancedWeights(examples).to('float64').sqrt();
  const rows = withOne(x).to('float64').mul(roots);
  const targets = oneHot(y, labels, rows);
  const [n = 0, size = 0] = rows.shape;
  // The smaller of the two products has the same eigenvalues.
  const dual = n <= size;
  const [values, vectors] = torch.linalg.eigh(dual ? rows.matmul(rows.mT) : rows.mT.matmul(rows));
  const squares = values.clampMin(0);
  return { rows, roots, targets, vectors, squares };
}

const isDual = ({ rows, vectors }: Problem): boolean => vectors.size(0) === rows.size(0);

function solve(problem: Problem, lambda: number): Tensor {
  const { rows, roots, targets, vectors, squares } = problem;
  const inverse = vectors.div(squares.add(lambda)).matmul(vectors.mT);
  const right = targets.mul(roots);
  const weights = isDual(problem)
    ? rows.mT.matmul(inverse.matmul(right))
    : inverse.matmul(rows.mT.matmul(right));
  return weights.to('float32');
}

/** The scores `[n, N]` of each example by the fit without it, and their mean squared error. */
function leaveOneOut(problem: Problem, lambda: number): { scores: Tensor; error: number } {
  const { rows, roots, targets, vectors, squares } = problem;
  const scale = squares.add(lambda);
  // Left vectors times singular values, or the vectors themselves: h = Σ (basis² · share).
  const basis = isDual(problem) ? vectors : rows.matmul(vectors);
  const share = isDual(problem) ? squares.div(scale) : scale.reciprocal();
  const leverage = basis.square().matmul(share.unsqueeze(1));
  const right = targets.mul(roots);
  const fitted = basis.mul(share).matmul(basis.mT.matmul(right)).div(roots);
  const residual = targets.sub(fitted).div(leverage.neg().add(1).clampMin(1e-9));
  const error = Number(residual.mul(roots).square().mean().item());
  return { scores: targets.sub(residual).to('float32'), error };
}

function withOne(x: Tensor): Tensor {
  return torch.cat([x, torch.ones([x.size(0), 1])], 1);
}
