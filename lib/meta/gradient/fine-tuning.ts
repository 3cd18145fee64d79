/**
 * Fine-tuning: the baseline that adapts every weight of the model by an ordinary optimizer. Its start
 * is whatever the model was trained to before; nothing is meta-learned for the sake of adapting.
 *
 * Wei-Yu Chen, Yen-Cheng Liu, Zsolt Kira, Yu-Chiang Frank Wang, Jia-Bin Huang: A Closer Look at
 * Few-shot Classification, ICLR 2019, https://arxiv.org/abs/1904.04232
 *
 *   θᵢ′ = U(θ, ∇θ L_support,i(θ)), repeated k times
 */
import { flag, type OptionsOf, readOptions, withDefault } from '../../check';
import { expandTasks } from '../../nn/index';
import type { Tensor, Tree } from '../../torch/index';
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
import { INNER_LOOP, type InnerLoopOptions, innerLoop } from './inner-loop';

/** What those options are checked by. */
export const LOOP = { ...MODEL, ...INNER_LOOP };

/** Options of learners whose model descends by any optimizer. */
export type DescentOptions<P extends Tree, E extends Tree, I extends Tree> = EncodedModelOptions<
  P,
  E,
  I
> &
  InnerLoopOptions;

const OPTIONS = {
  /** Take the gradients of the inner loop for constants where it is differentiated. Default: false. */
  firstOrder: withDefault(flag, false),
};

export type FineTuningOptions<P extends Tree, E extends Tree, I extends Tree> = DescentOptions<
  P,
  E,
  I
> &
  OptionsOf<typeof OPTIONS>;

/** What those options are checked by. */
export const FINE_TUNING = { ...LOOP, ...OPTIONS };

/**
 * Fine-tuning by any optimizer, of all tasks at once. Trained by its default meta-gradient it is MAML
 * with that optimizer in its inner loop, of second order unless `firstOrder`.
 *
 * @throws ArgumentRangeError if a step count or norm is out of range; ArgumentTypeError for
 *   options of another type, or unknown
 */
export function fineTuning<P extends Tree, E extends Tree, I extends Tree = Tensor>(
  options: FineTuningOptions<P, E, I>,
): Learner<EncodedParams<P, E>, EncodedParams<P, E>, I> {
  const { optimizer, innerSteps, maxNorm, firstOrder } = readOptions(
    FINE_TUNING,
    options,
    'fineTuning',
  );
  const { init, encodeSupport, predict, supportLosses } = encodedModel(options, 'fineTuning');
  return checkedLearner(encodedParts(options, 'fineTuning'), {
    ...(options.loss && { loss: options.loss }),
    init,
    predict,
    adapt: (params, support, ways, adaptOptions = {}) =>
      adaptScope(adaptOptions, () => {
        const seen = encodeSupport(params.encoder, support, ways, adaptOptions);
        const { theta } = innerLoop(
          expandTasks(params.model, taskCount(support)),
          supportLosses(seen, adaptOptions),
          { optimizer, innerSteps, maxNorm },
          { differentiable: adaptOptions.differentiable, firstOrder },
        );
        return { model: theta, encoder: params.encoder };
      }),
  });
}
