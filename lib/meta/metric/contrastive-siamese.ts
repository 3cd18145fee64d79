/**
 * Raia Hadsell, Sumit Chopra, Yann LeCun: Dimensionality Reduction by Learning an Invariant Mapping,
 * CVPR 2006.
 *
 *   D = ‖G(x₁) − G(x₂)‖;   L = (1 − Y) ½ D² + Y ½ max(0, m − D)², Y = 0 for one class and 1 for two
 */

import { type OptionsOf, oneOf, positiveFinite, readOptions, withDefault } from '../../check';
import type { Layer } from '../../nn/index';
import type { Tensor, Tree } from '../../torch/index';
import { ENCODER } from '../embedder';
import type { Learner } from '../learner';
import { contrastiveLoss } from './contrastive-loss';
import { type EmbeddedSupport, pairLearner } from './pairs';
import { squaredDistances } from './squared-distances';

/** What the options beside layers are checked by. */
export const CONTRASTIVE = {
  /** m: pairs of two classes farther apart than this cost nothing. Default: 1. */
  margin: withDefault(positiveFinite, 1),
  /** How pairs make the score of a class: `mean` or `max` of −D². Default: `mean`. */
  score: withDefault(oneOf('mean', 'max'), 'mean'),
};

export type ContrastiveSiameseOptions<E extends Tree, I extends Tree> = {
  /** G: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
} & OptionsOf<typeof CONTRASTIVE>;

export type ContrastiveSiameseParams<E extends Tree> = { encoder: E };

/**
 * Siamese networks trained by the contrastive loss. The logit of a class is the mean, or the
 * greatest, of −D² over the class's support examples.
 *
 * @throws ArgumentRangeError if the margin is not above 0, or the score neither `mean` nor `max`;
 *   ArgumentTypeError for options of another type, or unknown
 */
export function contrastiveSiamese<E extends Tree, I extends Tree = Tensor>(
  options: ContrastiveSiameseOptions<E, I>,
): Learner<ContrastiveSiameseParams<E>, EmbeddedSupport<ContrastiveSiameseParams<E>>, I> {
  const { encoder, margin, score } = readOptions(
    { ...ENCODER, ...CONTRASTIVE },
    options,
    'contrastiveSiamese',
  );
  return pairLearner({
    name: 'contrastiveSiamese',
    encoder,
    score,
    init: (generator): ContrastiveSiameseParams<E> => ({ encoder: encoder.init(generator) }),
    // Rounding must not make the square of a distance negative.
    similarity: (_, query, support) => squaredDistances(query, support).clampMin(0).neg(),
    pairLoss: (similarity, same) => contrastiveLoss(similarity.neg(), same, margin),
  });
}
