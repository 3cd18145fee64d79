import { callable, objectOf, optional, required } from '../check';
import { invalidArgument } from '../errors';
import type { Layer } from '../nn/index';
import { layerOf } from '../nn/layer';
import { type Generator, isTensor, type Tensor, type Tree } from '../torch';
import { wrongShape } from '../torch/check-tensors';
import type { LearnerParts } from './checked-learner';
import { checkLabels, type Examples } from './episode';
import { type AdaptOptions, adaptScope } from './learner';
import { liftedLayer } from './lifted-layer';
import { learned, type Part, parts, tree } from './parts';
import { checkWays, type TaskLoss, taskCrossEntropy, taskLosses } from './task-loss';

/** What learners that adapt by gradients are made of. */
export type EncodedModelOptions<P extends Tree, E extends Tree, I extends Tree> = {
  /**
   * What is adapted. Written for one task it takes parameters `[…]` and inputs `[n, …]` to logits
   * `[n, N]`; one that declares `tasks` takes `[T, …]` and `[T, n, …]` to `[T, n, N]`.
   */
  model: Layer<P>;
  /**
   * What comes before it and stays as it is while adapting, so that no task needs a copy of it: the
   * table of a text's words. Without one the model takes the inputs as they are.
   */
  encoder?: Layer<E, I>;
  /** L, of both loops: `[T, n, N]` and labels to the loss of each task, `[T]`. Default: cross-entropy. */
  loss?: TaskLoss;
};

/** Parameters: those that adapt, and those of the encoder; `{}` without one. */
export type EncodedParams<P extends Tree, E extends Tree> = { model: P; encoder: E };

/** A support set as the model sees it. */
export type EncodedExamples = {
  /** `[T, n, …]` */
  x: Tensor;
  /** `[T, n]`, or the targets of another loss. */
  labels: Tensor;
  /** N */
  ways: number;
};

/** A model behind its encoder, both on T tasks at once whether or not they were written so. */
export type EncodedModel<P extends Tree, E extends Tree, I extends Tree> = {
  init(generator: Generator): EncodedParams<P, E>;
  /** Inputs as the model takes them, `[T, n, D]`. */
  encode(params: E, inputs: I, options?: AdaptOptions): Tensor;
  /**
   * The same of a support set.
   *
   * @throws ArgumentRangeError, ArgumentTypeError for labels that are none of the ways, if there is no
   *   loss but cross-entropy
   */
  encodeSupport(params: E, support: Examples<I>, ways: number, o?: AdaptOptions): EncodedExamples;
  /**
   * The model's outputs for encoded inputs, with parameters `[T, …]`: `[T, n, N]`.
   *
   * @throws ArgumentRangeError if they are not of the inputs' T tasks
   */
  apply(params: P, x: Tensor, options?: AdaptOptions): Tensor;
  /** The logits of inputs; recorded only if `differentiable`. */
  predict(params: EncodedParams<P, E>, inputs: I, options?: AdaptOptions): Tensor;
  /** The loss of each task, `[T]`, of encoded inputs. */
  losses(params: P, x: Tensor, labels: Tensor, options?: AdaptOptions): Tensor;
  /**
   * The same of a support set, as a function of the weights alone: what an inner loop descends.
   *
   * @throws ArgumentRangeError, when called, for more ways than logits
   */
  supportLosses(support: EncodedExamples, options?: AdaptOptions): (params: P) => Tensor;
};

/**
 * What learners that adapt by gradients share: model, encoder and loss as functions of T tasks.
 *
 * @param name the learner's, for errors
 */
export function encodedModel<P extends Tree, E extends Tree, I extends Tree>(
  options: EncodedModelOptions<P, E, I>,
  name = 'encodedModel',
): EncodedModel<P, E, I> {
  const { loss = taskCrossEntropy } = objectOf(options, 'options', name);
  callable(loss, 'loss', name);
  const classifies = options.loss === undefined;
  const model = liftedLayer(options.model, 'own', 'model', name);
  const encoder = options.encoder && liftedLayer(options.encoder, 'shared', 'encoder', name);
  // Without an encoder the inputs are the tensor that the model takes.
  const encode = (params: E, inputs: I, own: AdaptOptions = {}): Tensor => {
    if (encoder !== undefined) return encoder.apply(params, inputs, own);
    const x: Tree = inputs;
    if (isTensor(x)) return x;
    throw invalidArgument('a tensor, without an encoder,', `inputs of ${name}`, inputs, name);
  };
  const apply = (params: P, x: Tensor, own: AdaptOptions = {}): Tensor =>
    ofTasksOf(x, model.apply(params, x, own), name);
  return {
    init: (generator) => ({
      model: model.init(generator),
      encoder: encoder === undefined ? ({} as E) : encoder.init(generator),
    }),
    encode,
    encodeSupport(params, { inputs, labels }, ways, own) {
      const x = encode(params, inputs, own);
      if (classifies) checkLabels(x, labels, ways, name);
      return { x, labels, ways };
    },
    apply,
    predict: (params, inputs, own = {}) =>
      adaptScope(own, () => apply(params.model, encode(params.encoder, inputs, own), own)),
    losses: (params, x, labels, own) => taskLosses(loss, apply(params, x, own), labels),
    supportLosses:
      ({ x, labels, ways }, own) =>
      (params) => {
        const logits = apply(params, x, own);
        if (classifies) checkWays(logits, ways, name);
        return taskLosses(loss, logits, labels);
      },
  };
}

/** The outputs if they are of x's tasks: one task's input meets the weights of T by broadcasting. */
function ofTasksOf(x: Tensor, outputs: Tensor, name: string): Tensor {
  const tasks = x.shape[0];
  const { shape } = outputs;
  if (shape[0] === tasks) return outputs;
  throw wrongShape(`[${tasks}, …], the inputs' tasks,`, "model's outputs", shape, name);
}

/** The options that every learner with a model behind an encoder has. */
export const MODEL = {
  model: required(layerOf),
  encoder: optional(layerOf),
  loss: optional(callable),
};

/**
 * The parts of learners with a model behind an encoder.
 *
 * @param layers the trees among the parameters beside those of model and encoder
 * @param own makes what is of the learner alone
 */
export function encodedParts(
  { encoder }: { encoder?: unknown },
  learner: string,
  layers: { readonly [name: string]: Part } = {},
  own: (generator: Generator) => { readonly [name: string]: Tree } = () => ({}),
): LearnerParts {
  // Without an encoder there is nothing that its parameters could be for.
  const both = { model: tree, encoder: encoder === undefined ? parts({}) : tree };
  return { learner, params: learned({ ...both, ...layers }, own), adapted: both };
}
