import type { Layer } from '../../nn/index';
import type { Tensor, Tree } from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import { embedder } from '../embedder';
import { adaptScope, type Learner } from '../learner';
import { sized, tree } from '../parts';
import type { TaskLoss } from '../task-loss';

/** The prototypes `[T, N, D]` of T tasks, and the encoder's parameters that they were made with. */
export type Prototypes<P extends Tree> = { params: P; prototypes: Tensor };

type PrototypeRule<P extends Tree, I extends Tree> = {
  /** For errors. */
  learner: string;
  encoder: Layer<P, I>;
  loss: TaskLoss | undefined;
  /** The prototypes `[T, N, D]` of embedded support sets `[T, s, D]` with labels `[T, s]`. */
  prototypes(embedded: Tensor, labels: Tensor, ways: number): Tensor;
  /** The logits `[T, q, N]` of embedded queries `[T, q, D]`. */
  compare(query: Tensor, prototypes: Tensor): Tensor;
};

/** A learner with one vector for each class, and no parameters but its encoder's. */
export function prototypeLearner<P extends Tree, I extends Tree>(
  rule: PrototypeRule<P, I>,
): Learner<P, Prototypes<P>, I> {
  const { learner, encoder, loss } = rule;
  const embed = embedder({ learner, encoder });
  const adapted = { params: tree, prototypes: sized('T', 'N', 'D') };
  return checkedLearner(
    { learner, params: tree, adapted },
    {
      ...(loss && { loss }),
      classifies: true,
      init: (generator) => encoder.init(generator),
      adapt: (params, support, ways, options = {}) =>
        adaptScope(options, () => {
          const embedded = embed.support(params, support, ways, options);
          return { params, prototypes: rule.prototypes(embedded, support.labels, ways) };
        }),
      predict: ({ params, prototypes }, inputs, options = {}) =>
        adaptScope(options, () =>
          rule.compare(embed.query(params, inputs, prototypes, options), prototypes),
        ),
    },
  );
}
