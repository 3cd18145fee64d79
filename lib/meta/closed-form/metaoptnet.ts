/**
 * Kwonjoon Lee, Subhransu Maji, Avinash Ravichandran, Stefano Soatto: Meta-Learning with
 * Differentiable Convex Optimization, CVPR 2019, https://arxiv.org/abs/1904.03758
 *
 *   wₖ = Σᵢ α[k, i] f(xᵢ), with α from the dual of the multiclass SVM;   logits = γ wₖ · f(x)
 */
import { type OptionsOf, positiveFinite, readOptions, withDefault } from '../../check';
import { type Layer, ones } from '../../nn/index';
import { type Tensor, type Tree, torch } from '../../torch/index';
import { ENCODER } from '../embedder';
import { embeddingLearner } from '../embedding-learner';
import { IGNORED } from '../episode';
import type { Learner } from '../learner';
import { sized } from '../parts';
import { oneHot, QUERY_LOSS } from '../task-loss';
import type { RidgeAdapted } from './r2d2';
import { solvable } from './solvable';
import { solveSvmDual } from './svm-dual';

/** What the options beside layers are checked by. */
export const METAOPTNET = {
  /** C: what an example beyond the margin costs. Default: 0.1. */
  regularization: withDefault(positiveFinite, 0.1),
  /**
   * Added to the kernel's diagonal, so that the dual has one solution also where there are more
   * examples than dimensions; the authors' code adds the same. Default: 1.
   */
  jitter: withDefault(positiveFinite, 1),
  ...QUERY_LOSS,
};

export type MetaOptNetOptions<E extends Tree, I extends Tree> = {
  /** f: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
} & OptionsOf<typeof METAOPTNET>;

/** γ without dimensions, from 1 on. */
export type MetaOptNetParams<E extends Tree> = { encoder: E; gamma: Tensor };

/**
 * MetaOptNet-SVM: a linear support vector machine on the embedded support set as the inner learner,
 * solved to optimality and differentiated implicitly; see `svm-dual.ts`.
 *
 * @throws ArgumentRangeError if an option is not above 0; ArgumentTypeError for options of another
 *   type, or unknown; when adapting TorchError with the code `ERR_TORCH_LINALG` if embeddings are so
 *   large that the jitter is lost beside their products, or not finite
 */
export function metaOptNet<E extends Tree, I extends Tree = Tensor>(
  options: MetaOptNetOptions<E, I>,
): Learner<MetaOptNetParams<E>, RidgeAdapted<MetaOptNetParams<E>>, I> {
  const { encoder, regularization, jitter, loss } = readOptions(
    { ...ENCODER, ...METAOPTNET },
    options,
    'metaOptNet',
  );
  return embeddingLearner({
    learner: 'metaOptNet',
    encoder,
    loss,
    own: (generator) => ({ gamma: ones([], generator) }),
    held: { weights: sized('T', 'D', 'N') },
    adapt(_, embedded, labels, ways) {
      // In float64: a kernel has the square of the embeddings' size, beside which the jitter is lost.
      const x = embedded.mul(labels.ne(IGNORED).unsqueeze(-1)).to('float64');
      const eye = torch.eye(x.size(1), { dtype: x.dtype, device: x.device });
      const kernel = x.bmm(x.mT).add(eye, { alpha: jitter });
      const targets = oneHot(labels, ways, x).mT;
      const alpha = solvable(x, 'jitter of metaOptNet', () =>
        solveSvmDual({ kernel, targets, bound: regularization }),
      );
      return { weights: x.mT.bmm(alpha.mT).to(embedded) };
    },
    fits: ({ weights }) => weights.mT,
    predict: ({ gamma }, { weights }, query) => query.bmm(weights).mul(gamma),
  });
}
