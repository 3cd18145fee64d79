/**
 * Nearest class mean: the baseline that every learner has to beat. Each class is the mean of its
 * embedded support examples, and a query goes to the class nearest by cosine. Nothing is trained.
 *
 * Thomas Mensink, Jakob Verbeek, Florent Perronnin, Gabriela Csurka: Distance-Based Image
 * Classification: Generalizing to New Classes at Near-Zero Cost, TPAMI 2013.
 *
 *   ŷ = argmax over k of cos(f(x), cₖ)
 */
import { callable, type OptionsOf, optional, readOptions } from '../../check';
import type { Layer } from '../../nn/index';
import type { Tensor, Tree } from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import { ENCODER, embedder } from '../embedder';
import { adaptScope, type Learner } from '../learner';
import { sized, tree } from '../parts';
import { classMeans, type TaskLoss } from '../task-loss';
import { normalize } from './normalize';
import type { Prototypes } from './prototypical';

const OPTIONS = {
  /** The loss of queries. Default: the cross-entropy of each task. */
  loss: optional<TaskLoss>(callable),
};

export type NearestClassMeanOptions<P extends Tree, I extends Tree> = {
  /** f: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<P, I>;
} & OptionsOf<typeof OPTIONS>;

/**
 * The nearest class mean by cosine of an encoder as it is.
 *
 * @throws ArgumentTypeError for options of another type, or unknown
 */
export function nearestClassMean<P extends Tree, I extends Tree = Tensor>(
  options: NearestClassMeanOptions<P, I>,
): Learner<P, Prototypes<P>, I> {
  const { encoder, loss } = readOptions({ ...ENCODER, ...OPTIONS }, options, 'nearestClassMean');
  const embed = embedder({ learner: 'nearestClassMean', encoder });
  const adapted = { params: tree, prototypes: sized('T', 'N', 'D') };
  return checkedLearner(
    { learner: 'nearestClassMean', params: tree, adapted },
    {
      ...(loss && { loss }),
      classifies: true,
      init: (generator) => encoder.init(generator),
      adapt: (params, support, ways, options = {}) =>
        adaptScope(options, () => {
          const embedded = normalize(embed.support(params, support, ways, options));
          return { params, prototypes: normalize(classMeans(embedded, support.labels, ways)) };
        }),
      predict: ({ params, prototypes }, inputs, options = {}) =>
        adaptScope(options, () => {
          return normalize(embed.query(params, inputs, prototypes, options)).bmm(prototypes.mT);
        }),
    },
  );
}
