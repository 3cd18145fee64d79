/**
 * Gregory Koch, Richard Zemel, Ruslan Salakhutdinov: Siamese Neural Networks for One-shot Image
 * Recognition, ICML Deep Learning Workshop 2015.
 *
 *   p(x₁, x₂) = σ(Σⱼ αⱼ |hⱼ(x₁) − hⱼ(x₂)| + b);   L = −y log p − (1 − y) log (1 − p), y = 1 for one class
 */

import {
  type OptionsOf,
  oneOf,
  positiveInteger,
  readOptions,
  required,
  withDefault,
} from '../../check';
import { type Layer, normal } from '../../nn/index';
import type { Generator, Tensor, Tree } from '../../torch/index';
import { ENCODER } from '../embedder';
import type { Learner } from '../learner';
import { type EmbeddedSupport, pairLearner } from './pairs';

/** What the options beside layers are checked by. */
export const SIAMESE = {
  /** D: the size of the embeddings. */
  dimensions: required(positiveInteger),
  /** How pairs make the score of a class: `mean` or `max` of their logits. Default: `mean`. */
  score: withDefault(oneOf('mean', 'max'), 'mean'),
};

export type SiameseOptions<E extends Tree, I extends Tree> = {
  /** h: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
} & OptionsOf<typeof SIAMESE>;

/** α `[D]`, and b without dimensions. */
export type SiameseParams<E extends Tree> = { encoder: E; alpha: Tensor; bias: Tensor };

/**
 * Siamese networks with the learned, weighted L1 distance. The logit of a class is the mean, or the
 * greatest, of log p / (1 − p) over the class's support examples; with one shot both are the paper's.
 *
 * @throws ArgumentRangeError unless `dimensions` is a positive integer and the score `mean` or `max`;
 *   ArgumentTypeError for options of another type, or unknown
 */
export function siamese<E extends Tree, I extends Tree = Tensor>(
  options: SiameseOptions<E, I>,
): Learner<SiameseParams<E>, EmbeddedSupport<SiameseParams<E>>, I> {
  const { encoder, dimensions, score } = readOptions(
    { ...ENCODER, ...SIAMESE },
    options,
    'siamese',
  );
  const own = (generator: Generator) => ({
    alpha: normal([dimensions], generator, { std: 0.2 }),
    bias: normal([], generator, { mean: 0.5, std: 0.01 }),
  });
  return pairLearner({
    name: 'siamese',
    encoder,
    dimensions,
    score,
    own,
    init: (generator): SiameseParams<E> => ({
      encoder: encoder.init(generator),
      ...own(generator),
    }),
    similarity: ({ alpha, bias }, query, support) =>
      query.unsqueeze(2).sub(support.unsqueeze(1)).abs().matmul(alpha).add(bias),
    pairLoss: (logit, same) =>
      logit
        .logSigmoid()
        .neg()
        .add(logit.mul(same.rsub(1))),
  });
}
