/**
 * Jake Snell, Kevin Swersky, Richard Zemel: Prototypical Networks for Few-shot Learning, NeurIPS
 * 2017, https://arxiv.org/abs/1703.05175
 *
 *   cₖ = mean of f(x) over the support of class k;   p(y = k | x) = softmax over k of −‖f(x) − cₖ‖²
 */
import { type OptionsOf, readOptions } from '../../check';
import type { Layer } from '../../nn/index';
import type { Tensor, Tree } from '../../torch/index';
import { ENCODER } from '../embedder';
import type { Learner } from '../learner';
import { meansOfClasses, QUERY_LOSS } from '../task-loss';
import { type Prototypes, prototypeLearner } from './prototype-learner';
import { squaredDistances } from './squared-distances';

export type PrototypicalOptions<P extends Tree, I extends Tree> = {
  /** f: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<P, I>;
} & OptionsOf<typeof QUERY_LOSS>;

/**
 * Prototypical Networks with squared Euclidean distance, the choice of the paper's section 2.7.
 *
 * @throws ArgumentTypeError for options of another type, or unknown; `adapt` and `predict` as an
 *   `Embedder` for what they cannot take
 */
export function prototypical<P extends Tree, I extends Tree = Tensor>(
  options: PrototypicalOptions<P, I>,
): Learner<P, Prototypes<P>, I> {
  const { encoder, loss } = readOptions({ ...ENCODER, ...QUERY_LOSS }, options, 'prototypical');
  return prototypeLearner({
    learner: 'prototypical',
    encoder,
    loss,
    prototypes: meansOfClasses,
    compare: (query, prototypes) => squaredDistances(query, prototypes).neg(),
  });
}
