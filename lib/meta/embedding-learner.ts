import type { Layer } from '../nn/index';
import type { Generator, Tensor, Tree } from '../torch';
import { checkedLearner } from './checked-learner';
import { embedder } from './embedder';
import { adaptScope, type Learner } from './learner';
import { learned, type Part, tree } from './parts';
import type { TaskLoss } from './task-loss';

type Own = { readonly [name: string]: Tree };

/** What tells one learner of embeddings from another: `O` are its own parameters, `V` what a task holds. */
export type EmbeddingRule<E extends Tree, O extends Own, V extends object, I extends Tree> = {
  /** For errors. */
  learner: string;
  /** `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
  /** The loss of queries. Default: the cross-entropy of each task. */
  loss?: TaskLoss | undefined;
  /** D, where the parameters depend on it. */
  dimensions?: number;
  /** N, where they depend on it. */
  ways?: number;
  /** New parameters beside the encoder's. */
  own(generator: Generator): O;
  /** The parts of what a task holds. */
  held: { readonly [name in keyof V]-?: Part };
  /** What tasks make of their embedded support sets `[T, s, D]` and labels `[T, s]`. */
  adapt(own: O, support: Tensor, labels: Tensor, ways: number): V;
  /** The part of what tasks hold, `[T, …, D]`, or `[T, …]` if D is known, that queries must fit. */
  fits(values: V): Tensor;
  /** The logits `[T, q, N]` of embedded queries `[T, q, D]`. */
  predict(own: O, values: V, query: Tensor): Tensor;
};

/**
 * A learner that embeds examples, makes something of those of the support set without looking at the
 * encoder again, and compares embedded queries with that.
 */
export function embeddingLearner<E extends Tree, O extends Own, V extends object, I extends Tree>(
  rule: EmbeddingRule<E, O, V, I>,
): Learner<{ encoder: E } & O, { params: { encoder: E } & O } & V, I> {
  const { learner, encoder, loss, dimensions, ways: fixed } = rule;
  const embed = embedder({
    learner,
    encoder,
    ...(dimensions !== undefined && { dimensions }),
    ...(fixed !== undefined && { ways: fixed }),
  });
  const params = learned({ encoder: tree }, (generator) => rule.own(generator));
  return checkedLearner(
    { learner, params, adapted: { params, ...rule.held } },
    {
      ...(loss && { loss }),
      classifies: true,
      init: (generator) => ({ encoder: encoder.init(generator), ...rule.own(generator) }),
      adapt: (params, support, ways, options = {}) =>
        adaptScope(options, () => {
          const x = embed.support(params.encoder, support, ways, options);
          return { params, ...rule.adapt(params, x, support.labels, ways) };
        }),
      predict: (adapted, inputs, options = {}) =>
        adaptScope(options, () => {
          const { params } = adapted;
          const query = embed.query(params.encoder, inputs, rule.fits(adapted), options);
          return rule.predict(params, adapted, query);
        }),
    },
  );
}
