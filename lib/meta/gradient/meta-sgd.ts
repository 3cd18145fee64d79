/**
 * Zhenguo Li, Fengwei Zhou, Fei Chen, Hang Li: Meta-SGD: Learning to Learn Quickly for Few-Shot
 * Learning, 2017, https://arxiv.org/abs/1707.09835
 *
 *   θᵢ′ = θ − α ∘ ∇θ L_support,i(θ);   meta-gradient: ∇(θ, α) Σᵢ L_query,i(θᵢ′)
 */
import { outOfRange } from '../../errors';
import { expandTasks } from '../../nn/index';
import type { Optimizer } from '../../optim/index';
import { type Generator, mapTree, type Tensor, type Tree, torch } from '../../torch/index';
import { checkLearner, type Kinds, MODEL_KINDS } from '../check-options';
import { checkedLearner, type LearnerParts } from '../checked-learner';
import { type EncodedModelOptions, type EncodedParams, encodedModel } from '../encoded-model';
import { taskCount } from '../episode';
import { adaptScope, type Learner } from '../learner';
import { innerLoop } from './inner-loop';

export type MetaSgdOptions<P extends Tree, E extends Tree, I extends Tree> = EncodedModelOptions<
  P,
  E,
  I
> & {
  /** α before training: one number, or the bounds of a uniform draw. Default: [0.005, 0.1]. */
  initialRate?: number | readonly [number, number];
  /** k: steps on the support set. Default: 1, as in the paper. */
  innerSteps?: number;
  /** Take the inner gradients for constants. Default: false. */
  firstOrder?: boolean;
};

/** α: a rate for every weight, of any sign, learned like the weights. */
export type MetaSgdParams<P extends Tree, E extends Tree> = EncodedParams<P, E> & { rates: P };

const KINDS: Kinds = { ...MODEL_KINDS, 'initialRate?': 'any', 'firstOrder?': 'boolean' };

const PARTS: LearnerParts = {
  learner: 'metaSgd',
  params: ['model', 'encoder', 'rates'],
  adapted: ['model', 'encoder'],
};

/**
 * Meta-SGD.
 *
 * @throws ArgumentRangeError if a step count or rate is out of range; ArgumentTypeError for options of
 *   another type, or unknown
 */
export function metaSgd<P extends Tree, E extends Tree, I extends Tree = Tensor>(
  options: MetaSgdOptions<P, E, I>,
): Learner<MetaSgdParams<P, E>, EncodedParams<P, E>, I> {
  checkLearner(options, KINDS, 'metaSgd');
  const { innerSteps = 1, initialRate = [0.005, 0.1], firstOrder = false } = options;
  const [low, high] = bounds(initialRate);
  const { init, encodeSupport, predict, supportLosses } = encodedModel(options, 'metaSgd');
  return checkedLearner(PARTS, {
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

function bounds(rate: number | readonly [number, number]): readonly [number, number] {
  const [low, high] = typeof rate === 'number' ? [rate, rate] : rate;
  if (Number.isFinite(low) && Number.isFinite(high) && low <= high) return [low, high];
  const expected = 'a finite number, or two of which the first is not greater,';
  throw outOfRange(expected, 'initialRate of metaSgd', rate, 'metaSgd');
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
