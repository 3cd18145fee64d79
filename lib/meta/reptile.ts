/**
 * Alex Nichol, Joshua Achiam, John Schulman: On First-Order Meta-Learning Algorithms, 2018,
 * https://arxiv.org/abs/1803.02999
 *
 *   θᵢ′ = U(θ, ∇θ Lᵢ(θ)), repeated k times;   θ ← θ + ε (1/T) Σᵢ (θᵢ′ − θ)
 *
 * The meta-gradient is θ − θᵢ′, so that the outer optimizer is SGD of rate ε, or any other.
 */
import { expandTasks } from '../nn';
import type { OptimizerState } from '../optim';
import { mapTree, type Tensor, type Tree, torch } from '../torch';
import { carriedState, keepState } from './carried-state';
import { type EncodedParams, encodedModel } from './encoded-model';
import { type Episodes, taskCount } from './episode';
import { type FineTuningOptions, fineTuning } from './fine-tuning';
import { innerLoop } from './inner-loop';
import { type AdaptOptions, gradientsOf, judge, type Learner, type MetaGradient } from './learner';
import { minibatches, selectRows } from './minibatches';

export type ReptileOptions<P extends Tree, E extends Tree, I extends Tree> = FineTuningOptions<
  P,
  E,
  I
> & {
  /** `mean` over the tasks is the paper's batch form; `sum` is θ + ε Σᵢ (θᵢ′ − θ). Default: `mean`. */
  reduce?: 'mean' | 'sum';
  /** What a task's weights train on: the paper knows no query sets. Default: `all`. */
  trainOn?: 'all' | 'support';
  /** Rows of each task that a step of training draws, by the generator. Default: all. */
  batchSize?: number;
  /**
   * Carries the inner optimizer's state from one meta-step to the next: `optimizer.init(params.model)`.
   * Each meta-step overwrites its tensors with the mean over the tasks. Default: every task starts
   * afresh, as it always does outside training.
   */
  carry?: OptimizerState;
};

/**
 * Reptile. The encoder does not move within a task; its meta-gradient is the sum of its gradients over
 * the steps, which is what θ − θ′ is for weights under SGD of rate 1.
 *
 * The loss reported is that of the query set, which has been trained on unless `trainOn: 'support'`.
 *
 * @throws ArgumentRangeError if a step count or norm is out of range
 */
export function reptile<P extends Tree, E extends Tree, I extends Tree = Tensor>(
  options: ReptileOptions<P, E, I>,
): Learner<EncodedParams<P, E>, EncodedParams<P, E>, I> {
  const { reduce = 'mean', trainOn = 'all', batchSize, carry } = options;
  const { encode, losses } = encodedModel(options);

  const metaGradient = (
    params: EncodedParams<P, E>,
    { support, query }: Episodes<I>,
    adaptOptions: AdaptOptions = {},
  ): MetaGradient<EncodedParams<P, E>> => {
    const context = { training: true, ...adaptOptions };
    const tasks = taskCount(support);
    const encoded = (inputs: I): Tensor =>
      torch.enableGrad(() => encode(params.encoder, inputs, context));
    const xQuery = encoded(query.inputs);
    const sets = { x: [encoded(support.inputs)], labels: [support.labels] };
    if (trainOn === 'all') {
      sets.x.push(xQuery);
      sets.labels.push(query.labels);
    }
    const [x, labels] = [torch.cat(sets.x, 1), torch.cat(sets.labels, 1)];
    const draw = minibatches(labels, batchSize, context.generator);
    const { theta, summed, state } = innerLoop<P, { x?: Tensor }>(
      expandTasks(params.model, tasks),
      (at, _step, still) => {
        const rows = draw();
        const from = still.x ?? x;
        return rows === undefined
          ? losses(at, from, labels, context)
          : losses(at, selectRows(from, rows), selectRows(labels, rows), context);
      },
      options,
      {
        ...(x.requiresGrad && { still: { x: x.detach() } }),
        ...(carry && { state: carriedState(carry, tasks) }),
      },
    );
    if (carry) keepState(carry, state);
    const logits = torch.noGrad(() => options.model.apply(theta, xQuery, context));
    const { loss, accuracy } = judge(options.loss, logits, query.labels);
    const scale = reduce === 'sum' ? tasks : 1;
    const step = ([w, adapted]: [Tensor, Tensor]): Tensor =>
      w.requiresGrad
        ? w
            .detach()
            .sub(adapted.mean([0]))
            .mul(scale)
        : w.zerosLike();
    const displacement = summed.x === undefined ? x : x.mul(summed.x).mul(scale / tasks);
    const gradients = {
      model: mapTree(step, params.model, theta),
      encoder: gradientsOf(displacement.sum(), params.encoder),
    };
    return { gradients, loss, accuracy };
  };

  return {
    ...fineTuning(options),
    metaGradient: (...args) => torch.scope(() => metaGradient(...args)),
  };
}
