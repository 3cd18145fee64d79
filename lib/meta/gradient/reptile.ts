/**
 * Alex Nichol, Joshua Achiam, John Schulman: On First-Order Meta-Learning Algorithms, 2018,
 * https://arxiv.org/abs/1803.02999
 *
 *   θᵢ′ = U(θ, ∇θ Lᵢ(θ)), repeated k times;   θ ← θ + ε (1/T) Σᵢ (θᵢ′ − θ)
 *
 * The meta-gradient is θ − θᵢ′, so that the outer optimizer is SGD of rate ε, or any other.
 */
import {
  type OptionsOf,
  objectOf,
  oneOf,
  optional,
  positiveInteger,
  readOptions,
  withDefault,
} from '../../check';
import { expandTasks } from '../../nn/index';
import type { OptimizerState } from '../../optim/index';
import { mapTree, type Tensor, type Tree, torch } from '../../torch/index';
import { checkedLearner } from '../checked-learner';
import {
  type EncodedExamples,
  type EncodedParams,
  encodedModel,
  encodedParts,
} from '../encoded-model';
import { type Episodes, taskCount } from '../episode';
import {
  type AdaptOptions,
  gradientsOf,
  type Learner,
  type MetaGradient,
  queryLoss,
} from '../learner';
import { minibatches, selectRows } from '../minibatches';
import { carriedState, keepState } from './carried-state';
import { type DescentOptions, fineTuning, LOOP } from './fine-tuning';
import { innerLoop } from './inner-loop';

/** What the options beside layers are checked by. */
export const REPTILE = {
  /** `mean` over the tasks is the paper's batch form; `sum` is θ + ε Σᵢ (θᵢ′ − θ). Default: `mean`. */
  reduce: withDefault(oneOf('mean', 'sum'), 'mean'),
  /** What a task's weights train on: the paper knows no query sets. Default: `all`. */
  trainOn: withDefault(oneOf('all', 'support'), 'all'),
  /** Rows of each task that a step of training draws, by the generator. Default: all. */
  batchSize: optional(positiveInteger),
  /**
   * Carries the inner optimizer's state from one meta-step to the next: `optimizer.init(params.model)`.
   * Each meta-step overwrites its tensors with the mean over the tasks. Default: every task starts
   * afresh, as it always does outside training.
   */
  carry: optional<OptimizerState>(objectOf),
};

export type ReptileOptions<P extends Tree, E extends Tree, I extends Tree> = DescentOptions<
  P,
  E,
  I
> &
  OptionsOf<typeof REPTILE>;

/**
 * Reptile. The encoder does not move within a task; its meta-gradient is the sum of its gradients over
 * the steps, which is what θ − θ′ is for weights under SGD of rate 1.
 *
 * The loss reported is that of the query set, which has been trained on unless `trainOn: 'support'`.
 *
 * @throws ArgumentRangeError if a count, a norm or what to reduce or train on is out of range;
 *   ArgumentTypeError for options of another type, or unknown
 */
export function reptile<P extends Tree, E extends Tree, I extends Tree = Tensor>(
  options: ReptileOptions<P, E, I>,
): Learner<EncodedParams<P, E>, EncodedParams<P, E>, I> {
  const { reduce, trainOn, batchSize, carry, ...common } = readOptions(
    { ...LOOP, ...REPTILE },
    options,
    'reptile',
  );
  const { optimizer, innerSteps, maxNorm } = common;
  const { apply, encode, encodeSupport, supportLosses } = encodedModel(options, 'reptile');

  const metaGradient = (
    params: EncodedParams<P, E>,
    { support, query, ways }: Episodes<I>,
    adaptOptions: AdaptOptions = {},
  ): MetaGradient<EncodedParams<P, E>> => {
    const context = { training: true, ...adaptOptions };
    const tasks = taskCount(support);
    const xQuery = encode(params.encoder, query.inputs, context);
    const own = encodeSupport(params.encoder, support, ways, context);
    const rows = trainOn === 'all' ? joined(own, { x: xQuery, labels: query.labels }) : own;
    const { theta, summed, state } = innerLoop<P, { x?: Tensor }>(
      expandTasks(params.model, tasks),
      drawnLosses(rows, minibatches(rows.labels, batchSize, context.generator), (seen) =>
        supportLosses(seen, context),
      ),
      { optimizer, innerSteps, maxNorm },
      {
        ...(rows.x.requiresGrad && { still: { x: rows.x.detach() } }),
        ...(carry && { state: carriedState(carry, tasks) }),
      },
    );
    if (carry) keepState(carry, state);
    const logits = torch.noGrad(() => apply(theta, xQuery, context));
    const { loss, accuracy } = queryLoss(options.loss, logits, query.labels);
    const scale = reduce === 'sum' ? tasks : 1;
    // What the encoder gave, weighed by its gradients: its own gradient is theirs.
    const weighed = summed.x === undefined ? rows.x : rows.x.mul(summed.x).mul(scale / tasks);
    const gradients = {
      model: displacement(params.model, theta, scale),
      encoder: gradientsOf(weighed.sum(), params.encoder),
    };
    return { gradients, loss, accuracy };
  };

  return checkedLearner(encodedParts(options, 'reptile'), {
    ...fineTuning(common),
    reduction: reduce,
    carries: carry !== undefined,
    metaGradient: (...args) => torch.scope(() => metaGradient(...args)),
  });
}

function joined(a: EncodedExamples, b: Omit<EncodedExamples, 'ways'>): EncodedExamples {
  return { ...a, x: torch.cat([a.x, b.x], 1), labels: torch.cat([a.labels, b.labels], 1) };
}

/** L of the rows that each step draws, all without a draw; of those encoded inputs that stand still. */
function drawnLosses<P extends Tree>(
  { x, labels, ways }: EncodedExamples,
  draw: () => Tensor | undefined,
  lossesOf: (seen: EncodedExamples) => (at: P) => Tensor,
): (at: P, still: { x?: Tensor }) => Tensor {
  return (at, still) => {
    const rows = draw();
    const from = still.x ?? x;
    if (rows === undefined) return lossesOf({ x: from, labels, ways })(at);
    return lossesOf({ x: selectRows(from, rows), labels: selectRows(labels, rows), ways })(at);
  };
}

/** θ − θ′, the mean over the tasks times `scale`; zeros for frozen weights. */
function displacement<P extends Tree>(theta: P, adapted: P, scale: number): P {
  return mapTree(
    ([w, own]) =>
      w.requiresGrad
        ? w
            .detach()
            .sub(own.mean([0]))
            .mul(scale)
        : w.zerosLike(),
    theta,
    adapted,
  );
}
