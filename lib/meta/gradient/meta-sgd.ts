/**
 * Zhenguo Li, Fengwei Zhou, Fei Chen, Hang Li: Meta-SGD: Learning to Learn Quickly for Few-Shot
 * Learning, 2017, https://arxiv.org/abs/1707.09835
 *
 *   θᵢ′ = θ − α ∘ ∇θ L_support,i(θ);   meta-gradient: ∇(θ, α) Σᵢ L_query,i(θᵢ′)
 */
import { flag, type OptionsOf, readOptions, stepCount, withDefault } from '../../check';
import { outOfRange } from '../../errors';
import { expandTasks } from '../../nn/index';
import type { Optimizer } from '../../optim/index';
import { type Generator, mapTree, type Tensor, type Tree, torch } from '../../torch/index';
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
import { tree } from '../parts';
import { innerLoop } from './inner-loop';

type Rates = number | readonly [number, number];

/** What the options beside layers are checked by. */
export const META_SGD = {
  /** α before training: one number, or the bounds of a uniform draw. Default: [0.005, 0.1]. */
  initialRate: withDefault(rates, [0.005, 0.1]),
  /** k: steps on the support set. Default: 1, as in the paper. */
  innerSteps: withDefault(stepCount, 1),
  /** Take the inner gradients for constants. Default: false. */
  firstOrder: withDefault(flag, false),
};

export type MetaSgdOptions<P extends Tree, E extends Tree, I extends Tree> = EncodedModelOptions<
  P,
  E,
  I
> &
  OptionsOf<typeof META_SGD>;

/** α: a rate for every weight, of any sign, learned like the weights. */
export type MetaSgdParams<P extends Tree, E extends Tree> = EncodedParams<P, E> & { rates: P };

/**
 * Meta-SGD.
 *
 * @throws ArgumentRangeError if a step count or rate is out of range; ArgumentTypeError for options of
 *   another type, or unknown
 */
export function metaSgd<P extends Tree, E extends Tree, I extends Tree = Tensor>(
  options: MetaSgdOptions<P, E, I>,
): Learner<MetaSgdParams<P, E>, EncodedParams<P, E>, I> {
  const { innerSteps, initialRate, firstOrder } = readOptions(
    { ...MODEL, ...META_SGD },
    options,
    'metaSgd',
  );
  const [low, high] = typeof initialRate === 'number' ? [initialRate, initialRate] : initialRate;
  const { init, encodeSupport, predict, supportLosses } = encodedModel(options, 'metaSgd');
  return checkedLearner(encodedParts(options, 'metaSgd', { rates: tree }), {
    ...(options.loss && { loss: options.loss }),
    predict,
    init: (generator) => {
      const params = init(generator);
      return {
        ...params,
        rates: mapTree(([w]) => drawLike(w, low, high, generator), params.model),
      };
    },
    adapt: (params, support, ways, adaptOptions = {}) =>
      adaptScope(adaptOptions, () => {
        const seen = encodeSupport(params.encoder, support, ways, adaptOptions);
        const { theta } = innerLoop(
          expandTasks(params.model, taskCount(support)),
          supportLosses(seen, adaptOptions),
          { optimizer: elementwise(params.rates), innerSteps },
          { differentiable: adaptOptions.differentiable, firstOrder },
        );
        return { model: theta, encoder: params.encoder };
      }),
  });
}

/** One number, or two of which the first is not greater. */
function rates(value: unknown, name: string, operator: string): Rates {
  const [low, high]: readonly unknown[] = Array.isArray(value) ? value : [value, value];
  const areFinite = Number.isFinite(low) && Number.isFinite(high);
  if (areFinite && Number(low) <= Number(high)) return value as Rates;
  const expected = 'a finite number, or two of which the first is not greater,';
  throw outOfRange(expected, `${name} of ${operator}`, value, operator);
}

/** θ − α ∘ g. */
function elementwise(rates: Tree): Optimizer {
  return {
    init: () => ({}),
    update: (gradients, state, params) => ({
      params: mapTree(
        ([w, g, alpha]) => w.addcmul(g, alpha, { value: -1 }),
        params,
        gradients,
        rates,
      ),
      state,
    }),
  };
}

function drawLike(w: Tensor, low: number, high: number, generator: Generator): Tensor {
  return torch.scope(() => w.detach().clone().uniform(low, high, { generator }));
}
