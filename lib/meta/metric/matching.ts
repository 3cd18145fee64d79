/**
 * Oriol Vinyals, Charles Blundell, Timothy Lillicrap, Koray Kavukcuoglu, Daan Wierstra: Matching
 * Networks for One Shot Learning, NeurIPS 2016, https://arxiv.org/abs/1606.04080
 *
 *   P(y | x, S) = Σᵢ a(x, xᵢ) yᵢ;   a(x, xᵢ) = softmax over i of cos(f(x, S), g(xᵢ, S))
 */
import { type OptionsOf, optional, readOptions } from '../../check';
import type { Layer } from '../../nn/index';
import type { Tensor, Tree } from '../../torch/index';
import { ENCODER } from '../embedder';
import { embeddingLearner } from '../embedding-learner';
import { IGNORED } from '../episode';
import type { Learner } from '../learner';
import { count, sized } from '../parts';
import { oneHot, QUERY_LOSS } from '../task-loss';
import { type FullContextParams, fullContext, fullContextOptions } from './matching-context';
import { normalize } from './normalize';

const OPTIONS = {
  /**
   * Full context embeddings: g reads the support set with a bidirectional LSTM, f attends to it for K
   * steps. `dimensions` is D. Without it f = f′ and g = g′. Default: without.
   */
  fullContext: optional(fullContextOptions),
  ...QUERY_LOSS,
};

export type MatchingOptions<E extends Tree, I extends Tree> = {
  /** f′ = g′: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
} & OptionsOf<typeof OPTIONS>;

/** `context` is there with full context embeddings. */
export type MatchingParams<E extends Tree> = { encoder: E; context?: FullContextParams };

/** The support set embedded by g `[T, s, D]`, and its labels. */
export type MatchingAdapted<E extends Tree> = {
  params: MatchingParams<E>;
  support: Tensor;
  labels: Tensor;
  ways: number;
};

const NAME = 'matching';

/**
 * Matching Networks. The logits are log P(y | x, S), so that their cross-entropy is the paper's loss;
 * −∞ for a class without support examples.
 *
 * With full context embeddings the order of the support set matters, as in the paper.
 *
 * @throws ArgumentRangeError unless sizes and the number of steps are positive integers;
 *   ArgumentTypeError for options of another type, or unknown
 */
export function matching<E extends Tree, I extends Tree = Tensor>(
  options: MatchingOptions<E, I>,
): Learner<MatchingParams<E>, MatchingAdapted<E>, I> {
  const {
    encoder,
    loss,
    fullContext: contextOptions,
  } = readOptions({ ...ENCODER, ...OPTIONS }, options, NAME);
  const context = contextOptions && fullContext(contextOptions);
  return embeddingLearner({
    learner: NAME,
    encoder,
    loss,
    ...(contextOptions && { dimensions: contextOptions.dimensions }),
    own: (generator) => ({ ...(context && { context: context.init(generator) }) }),
    held: { support: sized('T', 's', 'D'), labels: sized('T', 's'), ways: count },
    adapt(params, plain, labels, ways) {
      const support =
        context && params.context
          ? context.embedSupport(params.context, plain, labels.ne(IGNORED))
          : plain;
      return { support, labels, ways };
    },
    fits: ({ support }) => support,
    predict(params, { support, labels, ways }, plain) {
      const query =
        context && params.context
          ? context.embedQuery(params.context, plain, support, labels.ne(IGNORED))
          : plain;
      const cosines = normalize(query).bmm(normalize(support).mT);
      const others = oneHot(labels, ways, cosines).eq(0).unsqueeze(1);
      const byClass = cosines.unsqueeze(-1).maskedFill(others, -Infinity).logsumexp(2);
      return byClass.logSoftmax(-1);
    },
  });
}
