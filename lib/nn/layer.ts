import { withMethods } from '../check';
import type { Generator, Tensor, Tree } from '../torch';

/** What a layer must know beside its parameters and input. */
export type Context = {
  /** True while training, when `dropout` drops. Default: false. */
  training?: boolean | undefined;
  /** Where random layers take their numbers from; they need it only while training. */
  generator?: Generator | undefined;
};

/**
 * A layer or model as two pure functions. Parameters are plain trees of tensors, so that adapted
 * parameters are values like any others.
 *
 * A layer of your own is written for one task: parameters `[…]` and inputs `[n, …]`. Learners run it
 * on T tasks by `overTasks`. It may instead take the tasks' axis itself and say so by `tasks`.
 */
export interface Layer<P extends Tree = Tree, I = Tensor> {
  /** New parameters of the default dtype, at first float32, on the generator's device. They do not require gradients yet. */
  init(generator: Generator): P;
  /** The output for `input`. The context is that of evaluation unless given. */
  apply(params: P, input: I, context?: Context): Tensor;
  /**
   * True if `apply` also takes parameters with a leading task axis, `[T, …]`, for inputs `[T, n, …]`:
   * task t's input meets task t's parameters, and nothing is mixed among tasks. All layers of this
   * library do. Default: false.
   */
  readonly tasks?: boolean;
}

/** The parameters of a layer that has none: `{}`. */
export type NoParams = Record<string, never>;

/** The parameters' type of a layer's type. */
export type ParamsOf<L> = L extends { init(generator: Generator): infer P extends Tree }
  ? P
  : never;

/** The input's type of a layer's type. */
export type InputOf<L> = L extends Layer<infer _, infer I> ? I : never;

/** Returns `value` if it has the methods of a layer. */
export const layerOf = withMethods<Layer>('a layer', 'init', 'apply');
