import type { Tensor } from '../torch';
import type { Layer, NoParams } from './layer';

/**
 * Returns its input as it is: for learners whose inputs are features already, for example the vectors
 * of a frozen encoder.
 *
 *     const learner = meta.prototypical({ encoder: nn.identity() });
 */
export function identity(): Layer<NoParams, Tensor> {
  return { init: () => ({}), apply: (_params, input) => input, tasks: true };
}
