/**
 * Raia Hadsell, Sumit Chopra, Yann LeCun: Dimensionality Reduction by Learning an Invariant Mapping,
 * CVPR 2006.
 *
 *   D = ‖G(x₁) − G(x₂)‖;   L = (1 − Y) ½ D² + Y ½ max(0, m − D)², Y = 0 for one class and 1 for two
 */
import type { Layer } from '../../nn/index';
import { type Tensor, type Tree, torch } from '../../torch/index';
import { checkLearner, type Kinds } from '../check-options';
import type { Learner } from '../learner';
import { type ClassScore, type EmbeddedSupport, pairLearner } from './pairs';
import { squaredDistances } from './prototypical';

export type ContrastiveSiameseOptions<E extends Tree, I extends Tree> = {
  /** G: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
  /** m: pairs of two classes farther apart than this cost nothing. Default: 1. */
  margin?: number;
  /** How pairs make the score of a class: `mean` or `max` of −D². Default: `mean`. */
  score?: ClassScore;
};

export type ContrastiveSiameseParams<E extends Tree> = { encoder: E };

const KINDS: Kinds = { encoder: 'layer', 'margin?': 'finite', 'score?': ['mean', 'max'] };

/**
 * Siamese networks trained by the contrastive loss. The logit of a class is the mean, or the
 * greatest, of −D² over the class's support examples.
 *
 * @throws ArgumentRangeError if the margin is not above 0, or the score is no such word;
 *   ArgumentTypeError for options of another type, or unknown
 */
export function contrastiveSiamese<E extends Tree, I extends Tree = Tensor>(
  options: ContrastiveSiameseOptions<E, I>,
): Learner<ContrastiveSiameseParams<E>, EmbeddedSupport<ContrastiveSiameseParams<E>>, I> {
  checkLearner(options, KINDS, 'contrastiveSiamese');
  const { encoder, margin = 1, score = 'mean' } = options;
  return pairLearner({
    name: 'contrastiveSiamese',
    encoder,
    score,
    init: (generator): ContrastiveSiameseParams<E> => ({ encoder: encoder.init(generator) }),
    // Rounding must not make the square of a distance negative.
    similarity: (_, query, support) => squaredDistances(query, support).clampMin(0).neg(),
    pairLoss: (similarity, same) => {
      const square = similarity.neg();
      const apart = root(square).rsub(margin).relu().square();
      return torch.where(same.ne(0), square, apart).mul(0.5);
    },
  });
}

/** √x, with the gradient 0 at x = 0. */
function root(x: Tensor): Tensor {
  const positive = x.gt(0);
  return torch.where(positive, torch.where(positive, x, 1).sqrt(), 0);
}
