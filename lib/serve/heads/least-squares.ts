import { type Tensor, torch } from '../../torch';

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

/** λ for weights of mean 1; leave-one-out errors choose among them. */
const LAMBDAS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];

/** Least squares with the λ that has the least leave-one-out error. */
export function fitRidge(regression: Regression): RidgeState {
  const problem = decompose(regression);
  const losses = LAMBDAS.map((lambda) => leaveOneOut(problem, lambda).error);
  const lambda = LAMBDAS[losses.indexOf(Math.min(...losses))] ?? 1;
  return { weights: solve(problem, lambda), lambda: torch.tensor(lambda) };
}

/** What each row `[n, N]` gives by the fit without it. */
export function withoutEach(regression: Regression, lambda: number): Tensor {
  return leaveOneOut(decompose(regression), lambda).scores;
}

/** What the fit gives for vectors `[q, D]`. */
export function linearScores({ weights }: Pick<RidgeState, 'weights'>, x: Tensor): Tensor {
  return withOne(x).matmul(weights);
}

/** A½ X and its eigenvectors and -values, `squares` being those of the singular values; all float64. */
type Problem = { rows: Tensor; roots: Tensor; targets: Tensor; vectors: Tensor; squares: Tensor };

function decompose({ x, targets, weights }: Regression): Problem {
  const roots = weights.to('float64').sqrt();
  const rows = withOne(x).to('float64').mul(roots);
  const [n = 0, size = 0] = rows.shape;
  // The smaller of the two products has the same eigenvalues.
  const dual = n <= size;
  const [values, vectors] = (dual ? rows.matmul(rows.mT) : rows.mT.matmul(rows)).linalgEigh();
  const squares = values.clampMin(0);
  return { rows, roots, targets: targets.to('float64'), vectors, squares };
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
