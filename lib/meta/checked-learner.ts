import { checkOptions, objectOf, positiveInteger } from '../check';
import type { Tree } from '../torch';
import { shapeOf } from '../torch/check-tensors';
import type { Episodes, Examples } from './episode';
import { ADAPT_OPTIONS, type Learner } from './learner';
import { type Part, parts } from './parts';

/** What a learner's parameters are, and what its adapted values hold. */
export type LearnerParts = {
  learner: string;
  params: Part;
  adapted: { readonly [name: string]: Part };
};

/**
 * The learner with methods that refuse arguments which cannot be meant, before they are read.
 *
 * @throws ArgumentTypeError, when called, for parameters, examples, episodes, adapted values or options
 *   that are not objects, lack a part or have one more, and unknown options; ArgumentRangeError for
 *   parts of another shape and ways that are not a positive integer
 */
export function checkedLearner<P extends Tree, A extends object, I extends Tree>(
  of: LearnerParts,
  learner: Learner<P, A, I>,
): Learner<P, A, I> {
  const { learner: name } = of;
  const adaptedValues = parts({ ...of.adapted });
  const { metaGradient } = learner;
  return {
    ...learner,
    adapt(params, support, ways, options = {}) {
      checkParameters(params, of);
      checkExamples(support, 'support', name);
      positiveInteger(ways, 'ways', name);
      checkOptions(options, ADAPT_OPTIONS, name);
      return learner.adapt(params, support, ways, options);
    },
    predict(adapted, inputs, options = {}) {
      adaptedValues(adapted, 'adapted values', { learner: name, sizes: new Map() });
      objectOf(inputs, 'inputs', name);
      checkOptions(options, ADAPT_OPTIONS, name);
      return learner.predict(adapted, inputs, options);
    },
    ...(metaGradient && {
      metaGradient(params: P, episodes: Episodes<I>, options = {}) {
        checkParameters(params, of);
        const { support, query, ways } = objectOf(episodes, 'episodes', name);
        checkExamples(support, 'support', name);
        checkExamples(query, 'query', name);
        positiveInteger(ways, 'ways', name);
        checkOptions(options, ADAPT_OPTIONS, name);
        return metaGradient(params, episodes, options);
      },
    }),
  };
}

/** Refuses parameters that are not the learner's. */
export function checkParameters(
  params: unknown,
  of: Pick<LearnerParts, 'learner' | 'params'>,
): void {
  of.params(params, 'parameters', { learner: of.learner, sizes: new Map() });
}

/** Refuses what has no inputs or labels. */
export function checkExamples(examples: Examples<Tree>, of: string, learner: string): void {
  const { inputs, labels } = objectOf(examples, `${of} set`, learner);
  objectOf(inputs, `${of} inputs`, learner);
  shapeOf(labels, `${of} labels`, learner);
}
