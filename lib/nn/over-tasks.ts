import { outOfRange, TorchError } from '../errors';
import { type Tensor, type Tree, torch } from '../torch';
import { type Layer, layerOf } from './layer';

/** Whether every task has parameters of its own, `[T, …]`, or all share one set, `[…]`. */
export type TaskParams = 'own' | 'shared';

/**
 * A layer written for one task, lifted over tasks by `torch.vmap`: inputs `[T, n, …]`, with parameters
 * `[T, …]` of each task or, if `params` is `shared`, with those of all. Random numbers differ among
 * tasks. A layer that says `tasks` is given back as it is.
 *
 *     const model = overTasks({ init, apply: ({ w, gain }, x) => x.matmul(w).mul(gain) });
 *
 * @throws TorchError `ERR_TORCH_VMAP`, when applied, if the layer reads data, as a condition on `item()`
 *   does, or uses an operator that does not work on samples; ArgumentTypeError if parameters and inputs
 *   are not of one number of tasks
 */
export function overTasks<P extends Tree, I extends Tree>(
  layer: Layer<P, I>,
  params: TaskParams = 'own',
): Layer<P, I> {
  layerOf(layer, 'layer', 'overTasks');
  if (params !== 'own' && params !== 'shared') {
    throw outOfRange("'own' or 'shared'", 'params of overTasks', params, 'overTasks');
  }
  if (layer.tasks === true) return layer;
  const inDims = [params === 'own' ? 0 : null, 0];
  return {
    init: (generator) => layer.init(generator),
    apply: (all, input, context) => {
      const ofOne = (own: P, x: I): Tensor => layer.apply(own, x, context);
      try {
        return torch.vmap(ofOne, { inDims, randomness: 'different' })(all, input);
      } catch (error) {
        throw explained(error);
      }
    },
    tasks: true,
  };
}

function explained(error: unknown): unknown {
  if (!(error instanceof TorchError) || error.code !== 'ERR_TORCH_VMAP') return error;
  const advice =
    'A layer written for one task runs on all of them by torch.vmap. Write it for parameters [T, …] ' +
    'and inputs [T, n, …] instead, and declare that with `tasks: true`';
  return new TorchError('ERR_TORCH_VMAP', `${error.message}. ${advice}`, {
    cause: error,
    ...(error.operator !== undefined && { operator: error.operator }),
  });
}
