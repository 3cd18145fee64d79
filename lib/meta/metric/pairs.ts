import type { Layer } from '../../nn/index';
import { type Generator, type Tensor, type Tree, torch } from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import { embedder } from '../embedder';
import { checkLabels, type Examples, IGNORED } from '../episode';
import { type AdaptOptions, adaptScope, gradientsOf, type Learner, queryLoss } from '../learner';
import { count, learned, sized, tree } from '../parts';
import { oneHot } from '../task-loss';

/**
 * How the similarities of a query to a class's support examples become the class's score: their
 * mean, or that of the most similar one.
 */
export type ClassScore = 'mean' | 'max';

/** What a learner by pairs compares with: the embedded support sets `[T, s, D]`. */
export type EmbeddedSupport<P extends Tree> = {
  params: P;
  embedded: Tensor;
  labels: Tensor;
  ways: number;
};

type PairRule<E extends Tree, P extends { readonly encoder: E }, I extends Tree> = {
  /** The learner, for errors. */
  name: string;
  encoder: Layer<E, I>;
  /** D, where parameters depend on it. */
  dimensions?: number;
  /** The parameters beside the encoder's. */
  own?(generator: Generator): { readonly [name: string]: Tree };
  init(generator: Generator): P;
  /** Queries `[T, q, D]` and support `[T, s, D]` give `[T, q, s]`, greater for more alike ones. */
  similarity(params: P, query: Tensor, support: Tensor): Tensor;
  /** The loss of every pair, where `same` is 1 for two of one class and 0 for others. */
  pairLoss(similarity: Tensor, same: Tensor): Tensor;
  score: ClassScore;
};

/**
 * A learner that is trained to tell pairs of one class from pairs of two, and that classifies by the
 * similarity to the support examples. Papers draw as many pairs of the one kind as of the other; here
 * all pairs of a query and a support example count, the mean of each kind by one half.
 */
export function pairLearner<
  E extends Tree,
  P extends { readonly encoder: E } & Tree,
  I extends Tree,
>(rule: PairRule<E, P, I>): Learner<P, EmbeddedSupport<P>, I> {
  const { name, encoder, dimensions, own, score } = rule;
  const embed = embedder({ learner: name, encoder, ...(dimensions && { dimensions }) });
  const params = learned({ encoder: tree }, own ?? (() => ({})));
  const embedding = sized('T', 's', dimensions ?? 'D');
  const values = { params, embedded: embedding, labels: sized('T', 's'), ways: count };
  const adapt = (params: P, support: Examples<I>, ways: number, options: AdaptOptions = {}) =>
    adaptScope(options, () => {
      const embedded = embed.support(params.encoder, support, ways, options);
      return { params, embedded, labels: support.labels, ways };
    });
  const compare = (
    { params, embedded }: EmbeddedSupport<P>,
    inputs: I,
    options: AdaptOptions,
  ): Tensor => {
    const query = embed.query(params.encoder, inputs, embedded, options);
    return rule.similarity(params, query, embedded);
  };
  return checkedLearner(
    { learner: name, params, adapted: values },
    {
      init: rule.init,
      adapt,
      predict: (adapted, inputs, options = {}) =>
        adaptScope(options, () => classScores(compare(adapted, inputs, options), adapted, score)),
      reduction: 'mean',
      metaGradient: (params, { support, query, ways }, options = {}) =>
        torch.scope(() => {
          const recorded = { training: true, ...options, differentiable: true };
          const adapted = adapt(params, support, ways, recorded);
          const similarity = compare(adapted, query.inputs, recorded);
          checkLabels(similarity, query.labels, ways, name);
          const logits = classScores(similarity.detach(), adapted, score);
          const losses = balanced(rule.pairLoss, similarity, query.labels, support.labels);
          const { mean, ...seen } = queryLoss(() => losses, logits, query.labels, true);
          return { gradients: gradientsOf(mean, params), ...seen };
        }),
    },
  );
}

/** `[T, q, s]` to `[T, q, N]`; a class without support examples is never the answer. */
function classScores(
  similarity: Tensor,
  { labels, ways }: Pick<EmbeddedSupport<Tree>, 'labels' | 'ways'>,
  score: ClassScore,
): Tensor {
  const belongs = oneHot(labels, ways, similarity);
  if (score === 'max') {
    const others = belongs.eq(0).unsqueeze(1);
    return similarity.unsqueeze(-1).maskedFill(others, -Infinity).amax([2]);
  }
  const counts = belongs.sum(1, true);
  return similarity.bmm(belongs).div(counts.clampMin(1)).maskedFill(counts.eq(0), -Infinity);
}

/** Half the mean loss of the pairs of one class and half that of the others, for each task. */
function balanced(
  pairLoss: PairRule<Tree, { readonly encoder: Tree }, Tree>['pairLoss'],
  similarity: Tensor,
  query: Tensor,
  support: Tensor,
): Tensor {
  const one = query.unsqueeze(2);
  const other = support.unsqueeze(1);
  const counted = one.ne(IGNORED).mul(other.ne(IGNORED));
  const same = one.eq(other).mul(counted).to(similarity);
  const different = one.ne(other).mul(counted).to(similarity);
  const losses = pairLoss(similarity, same);
  const mean = (of: Tensor) =>
    losses
      .mul(of)
      .sum([1, 2])
      .div(of.sum([1, 2]).clampMin(1));
  return torch.stack([mean(same), mean(different)]).mean([0]);
}
