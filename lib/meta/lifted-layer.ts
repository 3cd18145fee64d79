import { type Layer, overTasks, type TaskParams } from '../nn/index';
import type { Tree } from '../torch';
import { requireTensor } from '../torch/check-tensors';

/**
 * A layer of the caller's on T tasks, whether or not it was written so.
 *
 * @param name what it is called among the learner's options, for errors
 * @throws ArgumentTypeError, when applied, if the layer gives other than a tensor
 */
export function liftedLayer<P extends Tree, I extends Tree>(
  layer: Layer<P, I>,
  params: TaskParams,
  name: string,
  learner: string,
): Layer<P, I> {
  const lifted = overTasks(layer, params);
  return {
    init: (generator) => layer.init(generator),
    apply: (own, input, context) =>
      requireTensor(lifted.apply(own, input, context), `the output of the ${name}`, learner),
    tasks: true,
  };
}
