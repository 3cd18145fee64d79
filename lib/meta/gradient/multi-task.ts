/**
 * Multi-task pre-training: one encoder shared by all tasks, with one head over all classes of
 * meta-training; for a new task the head is replaced by one of its own on the frozen encoder.
 *
 * Rich Caruana: Multitask Learning, Machine Learning 28, 1997; for few-shot learning the «Baseline» of
 * Wei-Yu Chen et al.: A Closer Look at Few-shot Classification, ICLR 2019,
 * https://arxiv.org/abs/1904.04232
 *
 *   (f, V) = argmin E −log softmax(V f(x))[class of x];   then Wᵢ = argmin L_support,i(W f(x))
 */
import { type OptionsOf, positiveInteger, readOptions, required } from '../../check';
import { ArgumentTypeError } from '../../errors';
import { type LinearParams, linear } from '../../nn/index';
import { isTensor, type Tensor, type Tree, torch } from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import { type Episodes, IGNORED } from '../episode';
import {
  type AdaptOptions,
  gradientsOf,
  type Learner,
  type MetaGradient,
  queryLoss,
} from '../learner';
import { liftedLayer } from '../lifted-layer';
import { learned, tree } from '../parts';
import { taskCrossEntropy } from '../task-loss';
import {
  type LinearProbeOptions,
  linearProbe,
  PROBE,
  PROBE_ADAPTED,
  type ProbeAdapted,
} from './linear-probe';

/** What the options beside layers are checked by. */
export const MULTI_TASK = {
  /** C: how many classes meta-training has. */
  classes: required(positiveInteger),
  /** D: the size of the encoder's features. */
  features: required(positiveInteger),
};

export type MultiTaskOptions<P extends Tree, I extends Tree> = LinearProbeOptions<P, I> &
  OptionsOf<typeof MULTI_TASK>;

/** The encoder, and the head V over all classes, weight `[C, D]`. */
export type MultiTaskParams<P extends Tree> = { encoder: P; head: LinearParams };

/**
 * Pre-trains on the support and query examples alike; the loss and accuracy it reports are those of the
 * query examples among all C classes. It needs `classes` in its episodes. New tasks get a linear probe.
 *
 * @throws ArgumentRangeError if an option is out of range; ArgumentTypeError if it is of another type, or
 *   unknown
 */
export function multiTask<P extends Tree, I extends Tree = Tensor>(
  options: MultiTaskOptions<P, I>,
): Learner<MultiTaskParams<P>, ProbeAdapted<P>, I> {
  const { classes, features, ...probeOptions } = readOptions(
    { ...PROBE, ...MULTI_TASK },
    options,
    'multiTask',
  );
  const encoder = liftedLayer(options.encoder, 'shared', 'encoder', 'multiTask');
  const head = linear({ inFeatures: features, outFeatures: classes });
  const probe = linearProbe(probeOptions);

  const metaGradient = (
    params: MultiTaskParams<P>,
    { support, query, classes: named }: Episodes<I>,
    adaptOptions: AdaptOptions = {},
  ): MetaGradient<MultiTaskParams<P>> => {
    if (!isTensor(named)) {
      throw new ArgumentTypeError(
        'Expected classes in the episodes of multiTask but received none',
      );
    }
    const context = { training: true, ...adaptOptions };
    const outcome = ({ inputs, labels }: typeof support) => {
      const logits = head.apply(params.head, encoder.apply(params.encoder, inputs, context));
      const filler = labels.eq(IGNORED);
      const global = named.gather(1, labels.maskedFill(filler, 0)).maskedFill(filler, IGNORED);
      // The sum over the examples, which a task may have more of than another.
      const rows = filler.logicalNot().sum([1]);
      const losses = taskCrossEntropy(logits, global);
      return { losses, sum: losses.mul(rows).sum(), rows: rows.sum(), logits, global };
    };
    const [first, second] = [outcome(support), outcome(query)];
    const rows = first.rows.add(second.rows);
    const total = first.sum.add(second.sum).div(rows.clampMin(1));
    const { loss, accuracy } = queryLoss(() => second.losses, second.logits, second.global, true);
    return { gradients: gradientsOf(total, params), loss, accuracy, weight: Number(rows.item()) };
  };

  const params = learned({ encoder: tree }, (generator) => ({ head: head.init(generator) }));
  const checked = { learner: 'multiTask', params, adapted: PROBE_ADAPTED };
  return checkedLearner(checked, {
    init: (generator) => ({ encoder: encoder.init(generator), head: head.init(generator) }),
    adapt: (params, ...task) => probe.adapt(params.encoder, ...task),
    predict: probe.predict,
    reduction: 'mean',
    metaGradient: (...args) => torch.scope(() => metaGradient(...args)),
  });
}
