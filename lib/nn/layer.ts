import type { Generator, Tensor, Tree } from '../torch';
import type { LinearTape } from './linear-tape';

/** What a layer must know beside its parameters and input. */
export type Context = {
  /** True while training, when `dropout` drops. Default: false. */
  training?: boolean | undefined;
  /** Where random layers take their numbers from; they need it only while training. */
  generator?: Generator | undefined;
  /** Where linear layers record what an inner loop needs to update them. */
  tape?: LinearTape | undefined;
};

/**
 * A layer or model as two pure functions. Parameters are plain trees of tensors, so that adapted
 * parameters are values like any others.
 *
 * All layers of this library also accept parameters with a leading task axis `[T, …]`, for inputs
 * `[T, n, …]`: task t's input then meets task t's parameters.
 */
export interface Layer<P extends Tree = Tree, I = Tensor> {
  /** New float32 parameters, on the generator's device. They do not require gradients yet. */
  init(generator: Generator): P;
  /** The output for `input`. The context is that of evaluation unless given. */
  apply(params: P, input: I, context?: Context): Tensor;
  /**
   * True if all weights of linear layers in it are used by `linear` alone, so that an inner loop may
   * keep their updates as low-rank products. Default: false.
   */
  readonly lowRank?: boolean;
}

/** The parameters of a layer that has none: `{}`. */
export type NoParams = Record<string, never>;

/** The parameters' type of a layer's type. */
export type ParamsOf<L> = L extends { init(generator: Generator): infer P extends Tree }
  ? P
  : never;

/** The input's type of a layer's type. */
export type InputOf<L> = L extends Layer<infer _, infer I> ? I : never;
