/**
 * Fine-tuning: the baseline that adapts every weight of the model by an ordinary optimizer. Its start
 * is whatever the model was trained to before; nothing is meta-learned for the sake of adapting.
 *
 * Wei-Yu Chen, Yen-Cheng Liu, Zsolt Kira, Yu-Chiang Frank Wang, Jia-Bin Huang: A Closer Look at
 * Few-shot Classification, ICLR 2019, https://arxiv.org/abs/1904.04232
 *
 *   θᵢ′ = U(θ, ∇θ L_support,i(θ)), repeated k times
 */
import { expandTasks } from '../../nn/index';
import type { Tensor, Tree } from '../../torch/index';
import { checkLearner, type Kinds, LOOP_KINDS } from '../check-options';
import { checkedLearner, type LearnerParts } from '../checked-learner';
import { type EncodedModelOptions, type EncodedParams, encodedModel } from '../encoded-model';
import { taskCount } from '../episode';
import { adaptScope, type Learner } from '../learner';
import { type InnerLoopOptions, innerLoop } from './inner-loop';

/** Options of learners whose model descends by any optimizer. */
export type DescentOptions<P extends Tree, E extends Tree, I extends Tree> = EncodedModelOptions<
  P,
  E,
  I
> &
  InnerLoopOptions;

export type FineTuningOptions<P extends Tree, E extends Tree, I extends Tree> = DescentOptions<
  P,
  E,
  I
> & {
  /** Take the gradients of the inner loop for constants where it is differentiated. Default: false. */
  firstOrder?: boolean;
};

const KINDS: Kinds = { ...LOOP_KINDS, 'firstOrder?': 'boolean' };

const PARTS: LearnerParts = {
  learner: 'fineTuning',
  params: ['model', 'encoder'],
  adapted: ['model', 'encoder'],
};

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
  checkLearner(options, KINDS, 'fineTuning');
  const { init, encodeSupport, predict, supportLosses } = encodedModel(options, 'fineTuning');
  return checkedLearner(PARTS, {
    ...(options.loss && { loss: options.loss }),
    init,
    predict,
    adapt: (params, support, ways, adaptOptions = {}) =>
      adaptScope(adaptOptions, () => {
        const seen = encodeSupport(params.encoder, support, ways, adaptOptions);
        const { theta } = innerLoop(
          expandTasks(params.model, taskCount(support)),
          supportLosses(seen, adaptOptions),
          options,
          { differentiable: adaptOptions.differentiable, firstOrder: options.firstOrder },
        );
        return { model: theta, encoder: params.encoder };
      }),
  });
}
