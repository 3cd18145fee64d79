/**
 * Kwonjoon Lee, Subhransu Maji, Avinash Ravichandran, Stefano Soatto: Meta-Learning with
 * Differentiable Convex Optimization, CVPR 2019, https://arxiv.org/abs/1904.03758
 *
 *   wₖ = Σᵢ α[k, i] f(xᵢ), with α from the dual of the multiclass SVM;   logits = γ wₖ · f(x)
 */
import { type Layer, ones } from '../../nn/index';
import { type Tensor, type Tree, torch } from '../../torch/index';
import { checkLearner, type Kinds } from '../check-options';
import { checkSupport, IGNORED } from '../episode';
import { type Learner, recording } from '../learner';
import { membership } from '../task-loss';
import type { RidgeAdapted } from './r2d2';
import { solvable } from './solvable';
import { solveSvmDual } from './svm-dual';

export type MetaOptNetOptions<E extends Tree, I extends Tree> = {
  /** f: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
  /** C: what an example beyond the margin costs. Default: 0.1. */
  regularization?: number;
  /**
   * Added to the kernel's diagonal, so that the dual has one solution also where there are more
   * examples than dimensions; the authors' code adds the same. Default: 1.
   */
  jitter?: number;
};

/** γ without dimensions, from 1 on. */
export type MetaOptNetParams<E extends Tree> = { encoder: E; gamma: Tensor };

const KINDS: Kinds = { encoder: 'layer', 'regularization?': 'finite', 'jitter?': 'finite' };

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
  checkLearner(options, KINDS, 'metaOptNet');
  const { encoder, regularization = 0.1, jitter = 1 } = options;
  return {
    init: (generator) => ({ encoder: encoder.init(generator), gamma: ones([], generator) }),
    adapt: (params, { inputs, labels }, ways, adaptOptions = {}) =>
      recording(adaptOptions, () => {
        const embedded = encoder.apply(params.encoder, inputs, adaptOptions);
        checkSupport(embedded, labels, ways, 'metaOptNet');
        const x = embedded.mul(labels.ne(IGNORED).unsqueeze(-1)).to('float64');
        // In float64: a kernel has the square of the embeddings' size, beside which the jitter is lost.
        const eye = torch.eye(x.size(1), { dtype: x.dtype, device: x.device });
        const kernel = x.bmm(x.mT).add(eye, { alpha: jitter });
        const targets = membership(labels, ways, x).mT;
        const alpha = solvable(x, 'jitter of metaOptNet', () =>
          solveSvmDual({ kernel, targets, bound: regularization }),
        );
        return { params, weights: x.mT.bmm(alpha.mT).to(embedded) };
      }),
    predict: ({ params, weights }, inputs, adaptOptions = {}) =>
      recording(adaptOptions, () =>
        encoder.apply(params.encoder, inputs, adaptOptions).bmm(weights).mul(params.gamma),
      ),
  };
}
