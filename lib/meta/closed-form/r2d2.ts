/**
 * Luca Bertinetto, João Henriques, Philip Torr, Andrea Vedaldi: Meta-learning with Differentiable
 * Closed-form Solvers, ICLR 2019, https://arxiv.org/abs/1805.08136
 *
 *   W = Xᵀ (X Xᵀ + λ I)⁻¹ Y = (Xᵀ X + λ I)⁻¹ Xᵀ Y;   logits = α f(x) W + β
 *
 * with the embedded support set X `[n, D]` and its labels Y `[n, N]`, one-hot.
 */
import {
  finiteNumber,
  type OptionsOf,
  oneOf,
  positiveFinite,
  readOptions,
  withDefault,
} from '../../check';
import { type Layer, zeros } from '../../nn/index';
import { shapeOf, wrongShape } from '../../torch/check-tensors';
import { type Tensor, type Tree, torch } from '../../torch/index';
import { ENCODER } from '../embedder';
import { embeddingLearner } from '../embedding-learner';
import { IGNORED } from '../episode';
import type { Learner } from '../learner';
import { sized } from '../parts';
import { oneHot, QUERY_LOSS } from '../task-loss';
import { solvable } from './solvable';

/** What the options beside layers are checked by. */
export const R2D2 = {
  /** λ to start from; it is learned as its logarithm and stays above 0. Default: 1. */
  lambda: withDefault(positiveFinite, 1),
  /** α to start from. Default: 1. */
  alpha: withDefault(finiteNumber, 1),
  /** β to start from. Default: 0. */
  beta: withDefault(finiteNumber, 0),
  ...QUERY_LOSS,
};

export type R2d2Options<E extends Tree, I extends Tree> = {
  /** f: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
} & OptionsOf<typeof R2D2>;

/** log λ, α and β, without dimensions. */
export type R2d2Params<E extends Tree> = {
  encoder: E;
  logLambda: Tensor;
  alpha: Tensor;
  beta: Tensor;
};

/** The ridge regression's weights W `[T, D, N]`. */
export type RidgeAdapted<P extends Tree> = { params: P; weights: Tensor };

/**
 * R2D2: ridge regression on the embedded support set as the inner learner, differentiated through
 * its closed form. λ, α and β are meta-learned. β shifts all logits alike: no cross-entropy sees it.
 *
 * @throws ArgumentRangeError if λ is not above 0, or α or β not finite; ArgumentTypeError for options
 *   of another type, or unknown
 */
export function r2d2<E extends Tree, I extends Tree = Tensor>(
  options: R2d2Options<E, I>,
): Learner<R2d2Params<E>, RidgeAdapted<R2d2Params<E>>, I> {
  const { encoder, lambda, alpha, beta, loss } = readOptions(
    { ...ENCODER, ...R2D2 },
    options,
    'r2d2',
  );
  return embeddingLearner({
    learner: 'r2d2',
    encoder,
    loss,
    own: (generator) => ({
      logLambda: zeros([], generator).add(Math.log(lambda)),
      alpha: zeros([], generator).add(alpha),
      beta: zeros([], generator).add(beta),
    }),
    held: { weights: sized('T', 'D', 'N') },
    adapt(params, embedded, labels, ways) {
      const x = embedded.mul(labels.ne(IGNORED).unsqueeze(-1));
      const y = oneHot(labels, ways, embedded);
      const solve = () => ridgeRegression(x, y, params.logLambda.exp());
      return { weights: solvable(x, 'lambda of r2d2', solve) };
    },
    fits: ({ weights }) => weights.mT,
    predict: (params, { weights }, query) => query.bmm(weights).mul(params.alpha).add(params.beta),
  });
}

const FORM = oneOf('woodbury', 'primal');

/**
 * The W `[T, D, N]` that minimises ‖X W − Y‖² + λ ‖W‖² for X `[T, n, D]` and Y `[T, n, N]`, of X's
 * dtype. It solves for n unknowns if there are no more rows than columns, for D otherwise (Woodbury's
 * identity), in float64: X Xᵀ has the square of the embeddings' size, beside which λ would be lost.
 * Rows of zeros in both count for nothing.
 *
 * @throws TorchError with the code `ERR_TORCH_LINALG` if λ is lost even so, or X is not finite
 */
export function ridgeRegression(
  x: Tensor,
  y: Tensor,
  lambda: Tensor,
  form?: 'woodbury' | 'primal',
): Tensor {
  const shape = shapeOf(x, 'x', 'ridgeRegression');
  shapeOf(y, 'y', 'ridgeRegression');
  shapeOf(lambda, 'lambda', 'ridgeRegression');
  const [, n, size] = shape;
  if (n === undefined || size === undefined) {
    throw wrongShape('[T, n, D]', 'x', shape, 'ridgeRegression');
  }
  const how = form ?? (n <= size ? 'woodbury' : 'primal');
  FORM(how, 'form', 'ridgeRegression');
  const [rows, targets] = [x.to('float64'), y.to('float64')];
  const solve = (gram: Tensor, right: Tensor): Tensor => {
    const eye = torch.eye(gram.size(-1), { dtype: 'float64', device: x.device });
    return right.choleskySolve(torch.linalg.cholesky(gram.add(eye.mul(lambda))));
  };
  const weights =
    how === 'woodbury'
      ? rows.mT.bmm(solve(rows.bmm(rows.mT), targets))
      : solve(rows.mT.bmm(rows), rows.mT.bmm(targets));
  return weights.to(x);
}
