/**
 * The linear probe: the baseline that trains a new softmax layer on frozen features.
 *
 * Yonglong Tian, Yue Wang, Dilip Krishnan, Joshua Tenenbaum, Phillip Isola: Rethinking Few-Shot Image
 * Classification: a Good Embedding Is All You Need?, ECCV 2020, https://arxiv.org/abs/2003.11539
 *
 *   (Wᵢ, bᵢ) = argmin L_support,i(W f(x) + b), from zeros, by k steps of an optimizer
 */

import {
  type OptionsOf,
  optional,
  positiveNumber,
  readOptions,
  stepCount,
  withDefault,
} from '../../check';
import { type Layer, type LinearParams, linear } from '../../nn/index';
import { adam, type Optimizer } from '../../optim/index';
import { optimizerOf } from '../../optim/optimizer';
import { type Tensor, type Tree, torch } from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import { ENCODER } from '../embedder';
import { checkSupport, taskCount } from '../episode';
import { adaptScope, type Learner } from '../learner';
import { liftedLayer } from '../lifted-layer';
import { parts, sized, tree } from '../parts';
import { taskCrossEntropy } from '../task-loss';
import { innerLoop } from './inner-loop';

const OPTIONS = {
  /** U: any optimizer; its `weightDecay` is the regularization. Default: Adam of rate 0.03. */
  optimizer: withDefault<Optimizer>(optimizerOf, adam({ learningRate: 0.03 })),
  /** k: steps on the support set; 0 leaves the head at zeros. Default: 100. */
  innerSteps: withDefault(stepCount, 100),
  /** The greatest norm of a task's gradient, over all of its weights. Default: none. */
  maxNorm: optional(positiveNumber),
};

export type LinearProbeOptions<P extends Tree, I extends Tree> = {
  /** f: `[n, …]` to features `[n, D]`, or with `tasks` `[T, n, …]` to `[T, n, D]`; it stays as it is. */
  encoder: Layer<P, I>;
} & OptionsOf<typeof OPTIONS>;

/** The heads of T tasks, weight `[T, N, D]` and bias `[T, N]`, and the parameters of their encoder. */
export type ProbeAdapted<P extends Tree> = { params: P; head: LinearParams };

export const PROBE = { ...ENCODER, ...OPTIONS };

/** The parts of `ProbeAdapted`. */
export const PROBE_ADAPTED = {
  params: tree,
  head: parts({ weight: sized('T', 'N', 'D'), bias: sized('T', 'N') }),
};

/**
 * A linear probe; 100 steps of Adam of rate 0.03 by default. The optimizer's `weightDecay`
 * is the probe's regularization.
 *
 * @throws ArgumentRangeError if a step count or norm is out of range; ArgumentTypeError for
 *   options of another type, or unknown
 */
export function linearProbe<P extends Tree, I extends Tree = Tensor>(
  options: LinearProbeOptions<P, I>,
): Learner<P, ProbeAdapted<P>, I> {
  const { optimizer, innerSteps, maxNorm } = readOptions(PROBE, options, 'linearProbe');
  const encoder = liftedLayer(options.encoder, 'shared', 'encoder', 'linearProbe');
  const checked = { learner: 'linearProbe', params: tree, adapted: PROBE_ADAPTED };
  return checkedLearner(checked, {
    init: (generator) => encoder.init(generator),
    adapt: (params, support, ways, adaptOptions = {}) =>
      adaptScope(adaptOptions, () => {
        const features = encoder.apply(params, support.inputs, adaptOptions);
        checkSupport(features, support.labels, ways, 'linearProbe');
        const { theta } = innerLoop(
          zeroHead(features, taskCount(support), ways),
          (head) => taskCrossEntropy(applyHead(head, features), support.labels),
          { optimizer, innerSteps, maxNorm },
          { differentiable: adaptOptions.differentiable },
        );
        return { params, head: theta };
      }),
    predict: ({ params, head }, inputs, adaptOptions = {}) =>
      adaptScope(adaptOptions, () => applyHead(head, encoder.apply(params, inputs, adaptOptions))),
  });
}

function zeroHead(features: Tensor, tasks: number, ways: number): LinearParams {
  const like = { dtype: features.dtype, device: features.device };
  return {
    weight: torch.zeros([tasks, ways, features.shape.at(-1) ?? 0], like),
    bias: torch.zeros([tasks, ways], like),
  };
}

const applyHead = linear({ inFeatures: 1, outFeatures: 1 }).apply;
