import type { Layer } from '../nn';
import type { Generator, Tensor, Tree } from '../torch';
import { type AdaptOptions, recording } from './learner';
import { type TaskLoss, taskCrossEntropy } from './task-loss';

/** What learners that adapt by gradients are made of. */
export type EncodedModelOptions<P extends Tree, E extends Tree, I extends Tree> = {
  /** What is adapted: `[T, n, …]` to logits `[T, n, N]`, with parameters `[T, …]`. */
  model: Layer<P>;
  /**
   * What comes before it and stays as it is while adapting, so that no task needs a copy of it: the
   * table of a text's words. Without one the model takes the inputs as they are.
   */
  encoder?: Layer<E, I>;
  /** L, of both loops. Default: the cross-entropy of each task. */
  loss?: TaskLoss;
};

/** Parameters: those that adapt, and those of the encoder; `{}` without one. */
export type EncodedParams<P extends Tree, E extends Tree> = { model: P; encoder: E };

/** A model behind its encoder. */
export type EncodedModel<P extends Tree, E extends Tree, I extends Tree> = {
  init(generator: Generator): EncodedParams<P, E>;
  /** Inputs as the model takes them, `[T, n, D]`. */
  encode(params: E, inputs: I, options?: AdaptOptions): Tensor;
  /** The logits; recorded only if `differentiable`. */
  predict(params: EncodedParams<P, E>, inputs: I, options?: AdaptOptions): Tensor;
  /** The loss of each task, `[T]`, of encoded inputs. */
  losses(params: P, x: Tensor, labels: Tensor, options?: AdaptOptions): Tensor;
};

/** What learners that adapt by gradients share: a model behind an encoder, and their loss. */
export function encodedModel<P extends Tree, E extends Tree, I extends Tree>({
  model,
  encoder,
  loss = taskCrossEntropy,
}: EncodedModelOptions<P, E, I>): EncodedModel<P, E, I> {
  // Without an encoder the inputs are the tensor that the model takes.
  const encode = (params: E, inputs: I, options: AdaptOptions = {}): Tensor =>
    encoder === undefined ? (inputs as Tree as Tensor) : encoder.apply(params, inputs, options);
  return {
    init: (generator) => ({
      model: model.init(generator),
      encoder: encoder === undefined ? ({} as E) : encoder.init(generator),
    }),
    encode,
    predict: (params, inputs, options = {}) =>
      recording(options, () =>
        model.apply(params.model, encode(params.encoder, inputs, options), options),
      ),
    losses: (params, x, labels, options = {}) => loss(model.apply(params, x, options), labels),
  };
}
