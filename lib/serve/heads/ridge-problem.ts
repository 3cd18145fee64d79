import { type Tensor, torch } from '../../torch';

/** λ for weights of mean 1; the examples' leave-one-out errors choose among them. */
export const LAMBDAS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];

/** W `[D + 1, N]`, the last row the bias, and the λ it was fitted with, without dimensions. */
export type RidgeState = { weights: Tensor; lambda: Tensor };

/** A½ X and its eigenvectors and -values, `squares` being those of the singular values; all float64. */
export type RidgeProblem = {
  readonly rows: Tensor;
  readonly roots: Tensor;
  readonly targets: Tensor;
  readonly vectors: Tensor;
  readonly squares: Tensor;
};

/**
 * The regression of targets `[n, N]` on features `[n, D]`, with a bias, each row counted as `weights` `[n, 1]` say.
 * All λ share the work of it.
 */
export function ridgeProblem(x: Tensor, targets: Tensor, weights: Tensor): RidgeProblem {
  const roots = weights.to('float64').sqrt();
  const rows = withOne(x).to('float64').mul(roots);
  const [n = 0, size = 0] = rows.shape;
  // The smaller of the two products has the same eigenvalues.
  const dual = n <= size;
  const [values, vectors] = torch.linalg.eigh(dual ? rows.matmul(rows.mT) : rows.mT.matmul(rows));
  return { rows, roots, targets: targets.to('float64'), vectors, squares: values.clampMin(0) };
}

const isDual = ({ rows, vectors }: RidgeProblem): boolean => vectors.size(0) === rows.size(0);

/** The fit with the λ that has the least leave-one-out error. */
export function fitRidge(problem: RidgeProblem): RidgeState {
  const scoresWith = leavingOneOut(problem);
  const losses = LAMBDAS.map((lambda) =>
    torch.scope(() => heldOutError(problem, scoresWith(lambda))),
  );
  const lambda = LAMBDAS[losses.indexOf(Math.min(...losses))] ?? 1;
  return { weights: ridgeWeights(problem, lambda), lambda: torch.tensor(lambda) };
}

/** The mean squared error of fits without each row, by the rows' weights. */
function heldOutError({ targets, roots }: RidgeProblem, scores: Tensor): number {
  return Number(targets.sub(scores).mul(roots).square().mean().item());
}

/** W `[D + 1, N]`, the last row the bias, float32. */
export function ridgeWeights(problem: RidgeProblem, lambda: number): Tensor {
  const { rows, roots, targets, vectors, squares } = problem;
  const inverse = vectors.div(squares.add(lambda)).matmul(vectors.mT);
  const right = targets.mul(roots);
  const weights = isDual(problem)
    ? rows.mT.matmul(inverse.matmul(right))
    : inverse.matmul(rows.mT.matmul(right));
  return weights.to('float32');
}

/** The scores `[n, N]`, float64, of each row by the fit without it. */
export const leaveOneOut = (problem: RidgeProblem, lambda: number): Tensor =>
  leavingOneOut(problem)(lambda);

/** The same for one λ after the other, which share most of the work. */
export function leavingOneOut(problem: RidgeProblem): (lambda: number) => Tensor {
  const { rows, roots, targets, vectors, squares } = problem;
  // Left vectors times singular values, or the vectors themselves: h = Σ (basis² · share).
  const basis = isDual(problem) ? vectors : rows.matmul(vectors);
  const along = basis.mT.matmul(targets.mul(roots));
  const basisSquares = basis.square();
  return (lambda) => {
    const scale = squares.add(lambda);
    const share = (isDual(problem) ? squares.div(scale) : scale.reciprocal()).unsqueeze(1);
    const leverage = basisSquares.matmul(share);
    const fitted = basis.matmul(along.mul(share)).div(roots);
    return targets.sub(targets.sub(fitted).div(leverage.neg().add(1).clampMin(1e-9)));
  };
}

export function ridgeScores(weights: Tensor, x: Tensor): Tensor {
  return withOne(x).matmul(weights);
}

function withOne(x: Tensor): Tensor {
  return torch.cat([x, torch.ones([x.size(0), 1])], 1);
}
