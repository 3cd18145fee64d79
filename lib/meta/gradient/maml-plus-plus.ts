/**
 * Antreas Antoniou, Harrison Edwards, Amos Storkey: How to Train Your MAML, ICLR 2019,
 * https://arxiv.org/abs/1810.09502
 *
 *   θᵢ,ⱼ = θᵢ,ⱼ₋₁ − αⱼ ∇θ L_support,i(θᵢ,ⱼ₋₁), j = 1 … k, with αⱼ learned for each tensor of weights
 *   meta-gradient: ∇(θ, α) Σᵢ Σⱼ vⱼ L_query,i(θᵢ,ⱼ),   vⱼ from 1/k to 0 but for the last
 *
 * The models here have no batch normalisation, so that the paper's rules for it have no place; its
 * annealed outer rate is `cosineDecay` of `optim`.
 */
import {
  callable,
  finiteNumber,
  type OptionsOf,
  optional,
  positiveNumber,
  type ReadOptions,
  readOptions,
  required,
  stepCount,
  withDefault,
} from '../../check';
import { expandTasks } from '../../nn/index';
import { sgd } from '../../optim/index';
import { mapTree, type Tensor, type Tree, torch } from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import {
  type EncodedModel,
  type EncodedModelOptions,
  type EncodedParams,
  encodedModel,
  encodedParts,
  MODEL,
} from '../encoded-model';
import { type Episodes, type Examples, taskCount } from '../episode';
import {
  type AdaptOptions,
  adaptScope,
  gradientsOf,
  type Learner,
  type MetaGradient,
  queryLoss,
} from '../learner';
import { tree } from '../parts';
import { type InnerRun, innerLoop } from './inner-loop';
import { type RatedOptimizer, withRates } from './learned-rates';

/** What the options beside layers are checked by. */
export const MAML_PLUS_PLUS = {
  /** α of every tensor and step before training. */
  innerLearningRate: required(finiteNumber),
  /** k: steps on the support set. Default: 5. */
  innerSteps: withDefault(stepCount, 5),
  /** Meta-steps in which the losses of all inner steps give way to that of the last. Default: 0. */
  multiStepUntil: withDefault(stepCount, 0),
  /** Meta-steps of first order at the start. Default: 0. */
  firstOrderUntil: withDefault(stepCount, 0),
  /** The inner optimizer, given its learned rate. Default: SGD, as in the paper. */
  optimizer: withDefault<RatedOptimizer>(callable, (learningRate) => sgd({ learningRate })),
  /** The greatest norm of a task's gradient. Default: none. */
  maxNorm: optional(positiveNumber),
};

export type MamlPlusPlusOptions<
  P extends Tree,
  E extends Tree,
  I extends Tree,
> = EncodedModelOptions<P, E, I> & OptionsOf<typeof MAML_PLUS_PLUS>;

/** `rates`: α, `[k]` for every tensor of the model. */
export type MamlPlusPlusParams<P extends Tree, E extends Tree> = EncodedParams<P, E> & {
  rates: P;
};

/**
 * MAML++. The meta-step comes with `AdaptOptions.step`; without it all annealing is over.
 *
 * @throws ArgumentRangeError if a step count or norm is out of range; ArgumentTypeError for
 *   options of another type, or unknown
 */
export function mamlPlusPlus<P extends Tree, E extends Tree, I extends Tree = Tensor>(
  options: MamlPlusPlusOptions<P, E, I>,
): Learner<MamlPlusPlusParams<P, E>, EncodedParams<P, E>, I> {
  const read = readOptions({ ...MODEL, ...MAML_PLUS_PLUS }, options, 'mamlPlusPlus');
  const { innerLearningRate: alpha, innerSteps, firstOrderUntil, multiStepUntil } = read;
  const encoded = encodedModel(options, 'mamlPlusPlus');
  const { init, encode, predict, losses } = encoded;
  const descend = descent(read, encoded);
  type Params = MamlPlusPlusParams<P, E>;

  const metaGradient = (
    params: Params,
    { support, query, ways }: Episodes<I>,
    adaptOptions: AdaptOptions = {},
  ): MetaGradient<Params> => {
    const context = { training: true, ...adaptOptions, differentiable: true };
    const { step = Infinity } = adaptOptions;
    const x = encode(params.encoder, query.inputs, context);
    const early = earlyWeight(step, multiStepUntil, innerSteps);
    const onTheWay: Tensor[] = [];
    const theta = descend(params, support, ways, context, {
      firstOrder: step < firstOrderUntil,
      visit: (at, j) => {
        if (early === 0 || j === innerSteps - 1) return;
        onTheWay.push(losses(at, x, query.labels, context).mean().mul(early));
      },
    });
    const logits = encoded.apply(theta, x, context);
    const { mean, ...seen } = queryLoss(options.loss, logits, query.labels);
    const last = mean.mul(1 - early * onTheWay.length);
    const total = onTheWay.reduce((sum, loss) => sum.add(loss), last);
    return { gradients: gradientsOf(total, params), ...seen };
  };

  return checkedLearner(encodedParts(options, 'mamlPlusPlus', { rates: tree }), {
    ...(options.loss && { loss: options.loss }),
    init: (generator) => {
      const params = init(generator);
      return { ...params, rates: initialRates(params.model, alpha, innerSteps) };
    },
    adapt: (params, support, ways, adaptOptions = {}) =>
      adaptScope(adaptOptions, () => ({
        model: descend(params, support, ways, adaptOptions),
        encoder: params.encoder,
      })),
    predict,
    reduction: 'mean',
    metaGradient: (...args) => torch.scope(() => metaGradient(...args)),
  });
}

/** The inner loop from θ with the rates α, on encoded support sets: the adapted weights. */
function descent<P extends Tree, E extends Tree, I extends Tree>(
  { innerSteps, maxNorm, optimizer }: ReadOptions<typeof MAML_PLUS_PLUS>,
  { encodeSupport, supportLosses }: EncodedModel<P, E, I>,
) {
  return (
    params: MamlPlusPlusParams<P, E>,
    support: Examples<I>,
    ways: number,
    context: AdaptOptions,
    run: InnerRun<P, Record<string, never>> = {},
  ): P => {
    const seen = encodeSupport(params.encoder, support, ways, context);
    return innerLoop(
      expandTasks(params.model, taskCount(support)),
      supportLosses(seen, context),
      { innerSteps, maxNorm, optimizer: withRates(optimizer, params.rates) },
      { ...run, differentiable: context.differentiable },
    ).theta;
  };
}

/** v of every inner step but the last, at a step of meta-training. */
function earlyWeight(step: number, until: number, innerSteps: number): number {
  return step < until ? (1 - step / until) / Math.max(innerSteps, 1) : 0;
}

/** α for every step of every tensor. */
function initialRates<P extends Tree>(model: P, alpha: number, innerSteps: number): P {
  const steps = Math.max(innerSteps, 1);
  return mapTree(([w]) => torch.full([steps], alpha, { dtype: w.dtype, device: w.device }), model);
}
