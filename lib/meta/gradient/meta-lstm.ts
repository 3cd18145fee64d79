/**
 * Sachin Ravi, Hugo Larochelle: Optimization as a Model for Few-Shot Learning, ICLR 2017,
 * https://openreview.net/forum?id=rJY0-Kcll
 *
 *   θₜ = fₜ ∘ θₜ₋₁ − iₜ ∘ ∇ₜ,   ∇ₜ = ∇θ L_support(θₜ₋₁)
 *   hₜ = LSTM(∇ₜ, Lₜ),  fₜ = σ(W_F [hₜ, θₜ₋₁, fₜ₋₁] + b_F),  iₜ = σ(W_I [hₜ, θₜ₋₁, iₜ₋₁] + b_I)
 *
 * One optimizer for every coordinate. Gradients and losses are preprocessed, and taken for constants:
 * the paper's assumption of independent gradients.
 */
import {
  type OptionsOf,
  positiveInteger,
  properFraction,
  readOptions,
  stepCount,
  withDefault,
} from '../../check';
import { expandTasks, type LinearParams, uniform } from '../../nn/index';
import { disposeTree, type Generator, type Tensor, type Tree, torch } from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import {
  type EncodedModelOptions,
  type EncodedParams,
  encodedModel,
  encodedParts,
  MODEL,
} from '../encoded-model';
import { taskCount } from '../episode';
import { adaptScope, type Learner } from '../learner';
import { flattenParameters, unflattenParameters } from './flatten-parameters';
import { taskGradients } from './inner-loop';
import { preprocess } from './preprocess';

/** What the options beside layers are checked by. */
export const META_LSTM = {
  /** Steps on the support set. Default: 5. */
  innerSteps: withDefault(stepCount, 5),
  /** The LSTM's size. Default: 20. */
  hiddenSize: withDefault(positiveInteger, 20),
  /** i before training, in (0, 1). Default: 0.01. */
  innerLearningRate: withDefault(properFraction, 0.01),
};

export type MetaLstmOptions<P extends Tree, E extends Tree, I extends Tree> = EncodedModelOptions<
  P,
  E,
  I
> &
  OptionsOf<typeof META_LSTM>;

/** Φ: an LSTM of size H with input 4, and its gates, weights `[1, H + 2]`. */
export type LstmOptimizerParams = {
  lstm: { weightIh: Tensor; weightHh: Tensor; biasIh: Tensor; biasHh: Tensor };
  forget: LinearParams;
  input: LinearParams;
};

/** θ₀, the encoder and Φ. */
export type MetaLstmParams<P extends Tree, E extends Tree> = EncodedParams<P, E> & {
  optimizer: LstmOptimizerParams;
};

/** What goes from step to step: θ, f and i are `[T, D]`, h and s `[T·D, H]`. */
type State = { theta: Tensor; f: Tensor; i: Tensor; h: Tensor; s: Tensor };

/**
 * Meta-LSTM.
 *
 * @throws ArgumentRangeError if an option is out of range; ArgumentTypeError if it is of another type, or
 *   unknown
 */
export function metaLstm<P extends Tree, E extends Tree, I extends Tree = Tensor>(
  options: MetaLstmOptions<P, E, I>,
): Learner<MetaLstmParams<P, E>, EncodedParams<P, E>, I> {
  const {
    innerSteps,
    hiddenSize,
    innerLearningRate: alpha,
  } = readOptions({ ...MODEL, ...META_LSTM }, options, 'metaLstm');
  const { init, encodeSupport, predict, supportLosses } = encodedModel(options, 'metaLstm');
  const own = (generator: Generator) => ({
    optimizer: initOptimizer(generator, hiddenSize, Math.log(alpha / (1 - alpha))),
  });
  return checkedLearner(encodedParts(options, 'metaLstm', {}, own), {
    ...(options.loss && { loss: options.loss }),
    predict,
    init: (generator) => ({ ...init(generator), ...own(generator) }),
    adapt: (params, support, ways, adaptOptions = {}) =>
      adaptScope(adaptOptions, () => {
        const seen = encodeSupport(params.encoder, support, ways, adaptOptions);
        const losses = supportLosses({ ...seen, x: seen.x.detach() }, adaptOptions);
        const start = expandTasks(params.model, taskCount(support));
        let state = firstState(flattenParameters(start), params.optimizer);
        const step = ({ theta, ...rest }: State): State => {
          let loss = seen.x;
          const { gradients } = taskGradients(unflattenParameters(theta.detach(), start), (at) => {
            loss = losses(at);
            return loss;
          });
          const gradient = flattenParameters(gradients);
          return nextState({ theta, ...rest }, gradient, loss.detach(), params.optimizer);
        };
        for (let t = 0; t < innerSteps; t++) {
          const next = torch.scope(() => step(state));
          if (!adaptOptions.differentiable) disposeTree(state);
          state = next;
        }
        return { model: unflattenParameters(state.theta, start), encoder: params.encoder };
      }),
  });
}

/** One step of the optimizer on the coordinates `[T, D]` of all tasks; losses `[T]`. */
function nextState(
  { theta, f, i, h, s }: State,
  gradient: Tensor,
  losses: Tensor,
  { lstm, forget, input }: LstmOptimizerParams,
): State {
  const [tasks, size] = theta.shape;
  const lossOf = preprocess(losses)
    .unsqueeze(1)
    .expand([tasks ?? 1, size ?? 1, 2]);
  const seen = torch.cat([preprocess(gradient), lossOf], -1).flatten(0, 1);
  const { weightIh, weightHh, biasIh, biasHh } = lstm;
  const [hidden, cell] = torch.lstmCell(seen, [h, s], weightIh, weightHh, biasIh, biasHh);
  const gate = ({ weight, bias }: LinearParams, before: Tensor): Tensor => {
    const own = torch.stack([theta, before], -1).flatten(0, 1);
    const sums = torch.linear(torch.cat([hidden, own], 1), weight, bias ?? null);
    return sums.sigmoid().view(theta.shape);
  };
  const [fNext, iNext] = [gate(forget, f), gate(input, i)];
  const moved = fNext.mul(theta).sub(iNext.mul(gradient));
  return { theta: moved, f: fNext, i: iNext, h: hidden, s: cell };
}

function firstState(theta: Tensor, { lstm }: LstmOptimizerParams): State {
  const zeros = (shape: readonly number[]): Tensor =>
    torch.zeros(shape, { dtype: theta.dtype, device: theta.device });
  const hidden = [theta.numel(), lstm.weightHh.shape.at(-1) ?? 1];
  return {
    theta,
    f: zeros(theta.shape),
    i: zeros(theta.shape),
    h: zeros(hidden),
    s: zeros(hidden),
  };
}

/** Small weights; biases that keep θ (f near 1) and step by i. */
function initOptimizer(generator: Generator, size: number, input: number): LstmOptimizerParams {
  const small = (...shape: number[]): Tensor => uniform(shape, generator, { bound: 0.01 });
  const bias = (value: number): Tensor =>
    torch.full([1], value, { dtype: 'float32', device: generator.device });
  return {
    lstm: {
      weightIh: small(4 * size, 4),
      weightHh: small(4 * size, size),
      biasIh: small(4 * size),
      biasHh: small(4 * size),
    },
    forget: { weight: small(1, size + 2), bias: bias(5) },
    input: { weight: small(1, size + 2), bias: bias(input) },
  };
}
