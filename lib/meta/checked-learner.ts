import { checkOptions, objectOf, positiveInteger } from '../check';
import type { Tree } from '../torch';
import { shapeOf } from '../torch/check-tensors';
import type { Episodes, Examples } from './episode';
import { ADAPT_OPTIONS, type Learner } from './learner';

/** What a learner's parameters and adapted values hold by name; `[]` for those of any structure. */
export type LearnerParts = {
  learner: string;
  params: readonly string[];
  adapted: readonly string[];
};

/**
 * The learner with methods that refuse arguments which cannot be meant, before they are read.
 *
 * @throws ArgumentTypeError, when called, for parameters, examples, episodes, adapted values or options
 *   that are not objects or lack a part, and unknown options; ArgumentRangeError for ways that are not a
 *   positive integer
 */
export function checkedLearner<P extends Tree, A, I extends Tree>(
  { learner: name, ...parts }: LearnerParts,
  learner: Learner<P, A, I>,
): Learner<P, A, I> {
  const { metaGradient } = learner;
  return {
    ...learner,
    adapt(params, support, ways, options = {}) {
      checkParts(params, parts.params, 'parameters', name);
      checkExamples(support, 'support', name);
      positiveInteger(ways, 'ways', name);
      checkOptions(options, ADAPT_OPTIONS, name);
      return learner.adapt(params, support, ways, options);
    },
    predict(adapted, inputs, options = {}) {
      checkParts(adapted, parts.adapted, 'adapted values', name);
      objectOf(inputs, 'inputs', name);
      checkOptions(options, ADAPT_OPTIONS, name);
      return learner.predict(adapted, inputs, options);
    },
    ...(metaGradient && {
      metaGradient(params: P, episodes: Episodes<I>, options = {}) {
        checkParts(params, parts.params, 'parameters', name);
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

function checkParts(value: unknown, names: readonly string[], what: string, learner: string): void {
  const parts = new Map(Object.entries(Object(objectOf(value, what, learner))));
  for (const name of names) objectOf(parts.get(name), `${name} in the ${what}`, learner);
}

function checkExamples(examples: Examples<Tree>, of: string, learner: string): void {
  const { inputs, labels } = objectOf(examples, `${of} set`, learner);
  objectOf(inputs, `${of} inputs`, learner);
  shapeOf(labels, `${of} labels`, learner);
}
