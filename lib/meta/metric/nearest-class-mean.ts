/**
 * Nearest class mean: the baseline that every learner has to beat. Each class is the mean of its
 * embedded support examples, and a query goes to the class nearest by cosine. Nothing is trained.
 *
 * Thomas Mensink, Jakob Verbeek, Florent Perronnin, Gabriela Csurka: Distance-Based Image
 * Classification: Generalizing to New Classes at Near-Zero Cost, TPAMI 2013.
 *
 *   ŷ = argmax over k of cos(f(x), cₖ)
 */
import { type OptionsOf, readOptions } from '../../check';
import type { Layer } from '../../nn/index';
import type { Tensor, Tree } from '../../torch/index';
import { ENCODER } from '../embedder';
import type { Learner } from '../learner';
import { meansOfClasses, QUERY_LOSS } from '../task-loss';
import { normalize } from './normalize';
import { type Prototypes, prototypeLearner } from './prototype-learner';

export type NearestClassMeanOptions<P extends Tree, I extends Tree> = {
  /** f: `[T, n, …]` to embeddings `[T, n, D]`. */
  encoder: Layer<P, I>;
} & OptionsOf<typeof QUERY_LOSS>;

/**
 * The nearest class mean by cosine of an encoder as it is.
 *
 * @throws ArgumentTypeError for options of another type, or unknown
 */
export function nearestClassMean<P extends Tree, I extends Tree = Tensor>(
  options: NearestClassMeanOptions<P, I>,
): Learner<P, Prototypes<P>, I> {
  const { encoder, loss } = readOptions({ ...ENCODER, ...QUERY_LOSS }, options, 'nearestClassMean');
  return prototypeLearner({
    learner: 'nearestClassMean',
    encoder,
    loss,
    prototypes: (embedded, labels, ways) =>
      normalize(meansOfClasses(normalize(embedded), labels, ways)),
    compare: (query, prototypes) => normalize(query).bmm(prototypes.mT),
  });
}
