import { withMethods } from '../check';
import type { Tensor, Tree } from '../torch';

/**
 * α: a number, a function of the step, which counts from 0, or a tensor, through which gradients flow:
 * one without dimensions, or of the parameters' dtype with such as broadcast to every parameter.
 */
export type LearningRate = number | Tensor | ((step: number) => number | Tensor);

/** An optimizer's memory between steps; a tree, so that a checkpoint can hold it. */
export type OptimizerState = { readonly [key: string]: Tree };

/**
 * An optimizer as two pure functions over trees of parameters.
 *
 *     const optimizer = adam({ learningRate: 1e-3 });
 *     let run = { params, state: optimizer.init(params) };
 *     run = torch.replace(run, ({ params, state }) =>
 *       optimizer.update(torch.grad(lossOf(params), params), state, params),
 *     );
 *
 * Inside of `torch.replace`, an update of parameters and state that it is replacing consumes both: it
 * records nothing, and may overwrite them. Everywhere else what is handed in stays as it is, and outside
 * of `torch.noGrad` gradients flow through the update to parameters, gradients, state and learning rate,
 * so that an optimizer serves as the inner one of a meta-learner. All work is done element by element:
 * parameters with a task axis are as good as an optimizer for each task.
 */
export interface Optimizer<S extends OptimizerState = OptimizerState> {
  /** The state before the first step. */
  init(params: Tree): S;
  /**
   * One step.
   *
   * @throws ArgumentTypeError if the trees differ in structure; ArgumentRangeError if gradients or state
   *   are not of their parameters' shapes, or a rate does not broadcast to them
   */
  update<P extends Tree>(gradients: P, state: S, params: P): { params: P; state: S };
}

/** Returns `value` if it has the methods of an optimizer. */
export const optimizerOf = withMethods<Optimizer>('an optimizer', 'init', 'update');
