/**
 * Jake Snell, Kevin Swersky, Richard Zemel: Prototypical Networks for Few-shot Learning, NeurIPS
 * 2017, https://arxiv.org/abs/1703.05175
 *
 *   cₖ = mean of f(x) over the support of class k;   p(y = k | x) = softmax over k of −‖f(x) − cₖ‖²
 */
import { callable, type OptionsOf, optional, readOptions } from '../../check';
import type { Layer } from '../../nn/index';
import type { Tensor, Tree } from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import { ENCODER, embedder } from '../embedder';
import { adaptScope, type Learner } from '../learner';
import { sized, tree } from '../parts';
import { classMeans, type TaskLoss } from '../task-loss';
import { squaredDistances } from './squared-distances';

const OPTIONS = {
  /** The loss of queries. Default: the cross-entropy of each task. */
  loss: optional<TaskLoss>(callable),
};

export type PrototypicalOptions<P extends Tree, I extends Tree> = {
  /** f: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<P, I>;
} & OptionsOf<typeof OPTIONS>;

/** The prototypes `[T, N, D]` of T tasks, and the encoder's parameters that they were made with. */
export type Prototypes<P extends Tree> = { params: P; prototypes: Tensor };

/**
 * Prototypical Networks with squared Euclidean distance, the choice of the paper's section 2.7.
 *
 * @throws ArgumentTypeError for options of another type, or unknown; `adapt` and `predict` as an
 *   `Embedder` for what they cannot take
 */
export function prototypical<P extends Tree, I extends Tree = Tensor>(
  options: PrototypicalOptions<P, I>,
): Learner<P, Prototypes<P>, I> {
  const { encoder, loss } = readOptions({ ...ENCODER, ...OPTIONS }, options, 'prototypical');
  const embed = embedder({ learner: 'prototypical', encoder });
  const adapted = { params: tree, prototypes: sized('T', 'N', 'D') };
  return checkedLearner(
    { learner: 'prototypical', params: tree, adapted },
    {
      ...(loss && { loss }),
      classifies: true,
      init: (generator) => encoder.init(generator),
      adapt: (params, support, ways, options = {}) =>
        adaptScope(options, () => {
          const embedded = embed.support(params, support, ways, options);
          return { params, prototypes: classMeans(embedded, support.labels, ways) };
        }),
      predict: ({ params, prototypes }, inputs, options = {}) =>
        adaptScope(options, () => {
          return squaredDistances(
            embed.query(params, inputs, prototypes, options),
            prototypes,
          ).neg();
        }),
    },
  );
}
