/**
 * Flood Sung, Yongxin Yang, Li Zhang, Tao Xiang, Philip Torr, Timothy Hospedales: Learning to
 * Compare: Relation Network for Few-Shot Learning, CVPR 2018, https://arxiv.org/abs/1711.06025
 *
 *   r(k, x) = g([Σ f(xᵢ) over the support of class k; f(x)]) in (0, 1);   L = mean of (r(k, x) − 1[y = k])²
 */

import { callable, type OptionsOf, readOptions, required, withDefault } from '../../check';
import type { Layer } from '../../nn/index';
import { layerOf } from '../../nn/layer';
import { shapeOf, wrongShape } from '../../torch/check-tensors';
import { type Tensor, type Tree, torch } from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import { ENCODER, embedder } from '../embedder';
import { checkLabels, IGNORED } from '../episode';
import { adaptScope, type Learner } from '../learner';
import { liftedLayer } from '../lifted-layer';
import { parts, sized, tree } from '../parts';
import { oneHot, type TaskLoss } from '../task-loss';

/** (σ(logit) − 1[y = k])², the mean over queries and classes: `[T, n, N]` and `[T, n]` give `[T]`. */
export const relationLoss: TaskLoss = (logits, labels) => {
  shapeOf(logits, 'logits', 'relationLoss');
  checkLabels(logits, labels, logits.size(2), 'relationLoss');
  const counted = labels.ne(IGNORED).to(logits).unsqueeze(-1);
  const target = oneHot(labels, logits.size(2), logits);
  const squares = logits.sigmoid().sub(target).square().mul(counted);
  return squares
    .mean([2])
    .sum([1])
    .div(counted.sum([1, 2]).clampMin(1));
};

const OPTIONS = {
  /** The loss of queries. Default: `relationLoss`, the paper's. */
  loss: withDefault<TaskLoss>(callable, relationLoss),
};

export type RelationOptions<E extends Tree, R extends Tree, I extends Tree> = {
  /** f: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<E, I>;
  /**
   * g without its last sigmoid: `[n, N, 2·D]` to `[n, N, 1]`, or with `tasks` `[T, n, N, 2·D]` to
   * `[T, n, N, 1]`; the class's half comes first.
   */
  relation: Layer<R>;
} & OptionsOf<typeof OPTIONS>;

export type RelationParams<E extends Tree, R extends Tree> = { encoder: E; relation: R };

/** The sums `[T, N, D]` of each class's embedded support examples. */
export type ClassSums<P extends Tree> = { params: P; sums: Tensor };

/**
 * Relation Networks. Logits are those before the sigmoid that makes the relation score r of them, so
 * that the greatest logit is the greatest score.
 *
 * @throws ArgumentRangeError when predicting, if g gives more than one number a pair; ArgumentTypeError
 *   for options of another type, or unknown
 */
export function relation<E extends Tree, R extends Tree, I extends Tree = Tensor>(
  options: RelationOptions<E, R, I>,
): Learner<RelationParams<E, R>, ClassSums<RelationParams<E, R>>, I> {
  const {
    encoder,
    relation: one,
    loss,
  } = readOptions({ ...ENCODER, relation: required(layerOf), ...OPTIONS }, options, 'relation');
  const module = liftedLayer(one, 'shared', 'relation', 'relation');
  const embed = embedder({ learner: 'relation', encoder });
  const params = parts({ encoder: tree, relation: tree });
  const adapted = { params, sums: sized('T', 'N', 'D') };
  return checkedLearner(
    { learner: 'relation', params, adapted },
    {
      loss,
      classifies: true,
      init: (generator) => ({
        encoder: encoder.init(generator),
        relation: module.init(generator),
      }),
      adapt: (params, support, ways, adaptOptions = {}) =>
        adaptScope(adaptOptions, () => {
          const embedded = embed.support(params.encoder, support, ways, adaptOptions);
          return { params, sums: oneHot(support.labels, ways, embedded).mT.bmm(embedded) };
        }),
      predict: ({ params, sums }, inputs, adaptOptions = {}) =>
        adaptScope(adaptOptions, () => {
          const query = embed.query(params.encoder, inputs, sums, adaptOptions).unsqueeze(2);
          const classes = sums.unsqueeze(1);
          const shape = [-1, query.size(1), classes.size(2), -1];
          const pairs = torch.cat([classes.expand(shape), query.expand(shape)], -1);
          const scores = module.apply(params.relation, pairs, adaptOptions);
          const expected = [...pairs.shape.slice(0, 3), 1];
          if (scores.shape.join() === expected.join()) return scores.squeeze(-1);
          throw wrongShape(`[${expected.join(', ')}]`, 'output of g', scores.shape, 'relation');
        }),
    },
  );
}
