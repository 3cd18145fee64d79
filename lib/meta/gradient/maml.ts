/**
 * Chelsea Finn, Pieter Abbeel, Sergey Levine: Model-Agnostic Meta-Learning for Fast Adaptation of
 * Deep Networks, ICML 2017, https://arxiv.org/abs/1703.03400
 *
 *   θᵢ′ = θ − α ∇θ L_support,i(θ), repeated k times;   meta-gradient: ∇θ Σᵢ L_query,i(θᵢ′)
 */

import {
  flag,
  notNegative,
  type OptionsOf,
  optional,
  positiveNumber,
  readOptions,
  stepCount,
  withDefault,
} from '../../check';
import { invalidArgument, outOfRange } from '../../errors';
import { expandTasks } from '../../nn/index';
import { isRuled } from '../../nn/linear-rule';
import { type Optimizer, sgd } from '../../optim/index';
import { optimizerOf } from '../../optim/optimizer';
import { mapTree, type Tensor, type Tree } from '../../torch/index';
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
import { innerLoop } from './inner-loop';
import { lowRankLoop, updatedContext } from './low-rank/low-rank-loop';

/** What the options beside layers are checked by. */
export const MAML = {
  /** α: the learning rate of the inner loop. Needed unless there is an optimizer, and refused then. */
  innerLearningRate: optional(notNegative),
  /** U, in place of plain gradient descent: any optimizer. Default: SGD of rate α. */
  optimizer: optional<Optimizer>(optimizerOf),
  /** k: gradient steps on the support set; 0 leaves the parameters as they are. Default: 5. */
  innerSteps: withDefault(stepCount, 5),
  /** The greatest norm of a task's gradient, over all of its weights. Default: none. */
  maxNorm: optional(positiveNumber),
  /** Take ∂θ′/∂θ for the identity, as the paper's section 5.2 does. Default: false. */
  firstOrder: withDefault(flag, false),
  /**
   * Record linear layers and update them by what they saw: as low-rank products, which never form the
   * adapted weights, where that is cheaper. The result is the same, exactly. Only for plain gradient
   * descent, and models that use the weights of linear layers by `linear` alone and hand it their
   * parameters as they are. Default: where that is known, as of `mlp`.
   */
  lowRank: optional(flag),
};

type Rule = OptionsOf<typeof MAML>;

export type MamlOptions<P extends Tree, E extends Tree, I extends Tree> = EncodedModelOptions<
  P,
  E,
  I
> &
  Rule;

/** Parameters: those that adapt, and those of the encoder; `{}` without one. */
export type MamlParams<P extends Tree, E extends Tree> = EncodedParams<P, E>;

/**
 * The adapted weights of T tasks, `[T, …]`, and the encoder that they were adapted for. With `lowRank`
 * they are for this learner's `predict` alone: what was added to linear weights is apart from them.
 */
export type MamlAdapted<P extends Tree, E extends Tree> = MamlParams<P, E>;

/**
 * MAML, of second order unless `firstOrder`. All tasks adapt in one inner loop: they are
 * independent, so the gradient of their summed losses is each task's own gradient.
 *
 * @throws ArgumentRangeError if a step count, rate or norm is out of range; ArgumentTypeError for options
 *   of another type, unknown, or that exclude each other
 */
export function maml<P extends Tree, E extends Tree, I extends Tree = Tensor>(
  options: MamlOptions<P, E, I>,
): Learner<MamlParams<P, E>, MamlAdapted<P, E>, I> {
  const { innerSteps, firstOrder } = readOptions({ ...MODEL, ...MAML }, options, 'maml');
  const learningRate = rateOf(options);
  const recorded = isRecorded(options, options.model);
  const { scale, ...loop } = descentOf(options, learningRate);
  const model = encodedModel(options, 'maml');
  return checkedLearner(encodedParts(options, 'maml'), {
    ...(options.loss && { loss: options.loss }),
    init: model.init,
    adapt: (params, support, ways, adaptOptions = {}) =>
      adaptScope(adaptOptions, () => {
        const seen = model.encodeSupport(params.encoder, support, ways, adaptOptions);
        const { encoder } = params;
        if (recorded) {
          const how = { learningRate, innerSteps, firstOrder };
          return { model: lowRankLoop(model, params.model, seen, how, adaptOptions), encoder };
        }
        const { theta } = innerLoop(
          expandTasks(params.model, taskCount(support)),
          model.supportLosses(seen, adaptOptions),
          { ...loop, innerSteps },
          { differentiable: adaptOptions.differentiable, firstOrder, scale },
        );
        return { model: theta, encoder };
      }),
    predict: (adapted, inputs, adaptOptions = {}) =>
      model.predict(adapted, inputs, recorded ? updatedContext(adaptOptions) : adaptOptions),
  });
}

/** θ + g, of gradients that come multiplied by −α: plain gradient descent in one operator a weight. */
const additive: Optimizer = {
  init: () => ({}),
  update: (gradients, state, params) => ({
    params: mapTree(([w, g]) => w.add(g), params, gradients),
    state,
  }),
};

/** How weights move: plain gradient descent takes its rate in with the gradients. */
function descentOf({ optimizer, maxNorm }: Rule, learningRate: number) {
  if (optimizer === undefined && maxNorm === undefined) {
    return { optimizer: additive, scale: -learningRate };
  }
  return { optimizer: optimizer ?? sgd({ learningRate }), maxNorm };
}

/** α; 0 beside an optimizer, which has its own. */
function rateOf({ optimizer, innerLearningRate }: Rule): number {
  if ((optimizer === undefined) !== (innerLearningRate === undefined))
    return innerLearningRate ?? 0;
  const where = 'innerLearningRate of maml';
  if (optimizer === undefined) {
    throw invalidArgument('a number of at least 0', where, innerLearningRate, 'maml');
  }
  throw outOfRange('none beside an optimizer', where, innerLearningRate, 'maml');
}

/** Whether linear layers are recorded. */
function isRecorded(rule: Rule, model: { readonly tasks?: boolean }): boolean {
  const { optimizer, maxNorm, lowRank } = rule;
  const isPlain = optimizer === undefined && maxNorm === undefined;
  if (lowRank !== true) return isPlain && lowRank === undefined && isRuled(model);
  if (isPlain && model.tasks === true) return true;
  const expected = isPlain
    ? 'false for a model that does not declare `tasks`'
    : 'false with an optimizer or maxNorm';
  throw outOfRange(expected, 'lowRank of maml', lowRank, 'maml');
}
