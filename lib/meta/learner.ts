import { outOfRange } from '../errors';
import { positiveInteger, shapeOf, wrongShape } from '../nn/check';
import { type Generator, leaves, mapTree, type Tensor, type Tree, torch } from '../torch';
import { type Episodes, type Examples, taskCount } from './episode';
import { splitEpisodes } from './split-episodes';
import { type TaskLoss, taskAccuracy, taskCrossEntropy } from './task-loss';

/** How to adapt. */
export type AdaptOptions = {
  /** Keep the graph from the adapted values back to the parameters. Default: false. */
  differentiable?: boolean;
  /** True while training: dropout drops. Default: false. */
  training?: boolean;
  /** For layers that draw random numbers while training. */
  generator?: Generator;
  /** The step of meta-training, from 0, for learners that change their loss as they learn. */
  step?: number;
};

/**
 * A few-shot classifier: parameters `P`, and what adaptation to a support set makes of them, `A`.
 * The same `adapt` and `predict` serve training, evaluation and a server.
 */
export interface Learner<P extends Tree = Tree, A = unknown, I extends Tree = Tensor> {
  init(generator: Generator): P;
  /** Adapts to the support sets of T tasks at once. The parameters themselves do not change. */
  adapt(params: P, support: Examples<I>, ways: number, options?: AdaptOptions): A;
  /** The logits `[T, n, N]` of inputs `[T, n, …]`. */
  predict(adapted: A, inputs: I, options?: AdaptOptions): Tensor;
  /** What judges the query set. Default: the cross-entropy of each task. */
  readonly loss?: TaskLoss;
  /** True where labels are classes and logits their scores. Default: true without a `loss`. */
  readonly classifies?: boolean;
  /** Where a learner trains otherwise than by the gradient of the query loss. */
  metaGradient?(params: P, episodes: Episodes<I>, options?: AdaptOptions): MetaGradient<P>;
}

/** One meta-step's gradient and what it saw. */
export type MetaGradient<P extends Tree> = {
  gradients: P;
  /** Mean query loss over the tasks. */
  loss: number;
  /** Mean query accuracy over the tasks, from 0 to 1; NaN where the labels are no classes. */
  accuracy: number;
};

export type MetaGradientOptions = AdaptOptions & {
  /**
   * How many tasks adapt at once. Fewer need less memory, and where what they need fits a processor's
   * cache they are faster: the gradient is the same mean over all tasks. A learner with a rule of its
   * own gets all of them. Default: all.
   */
  tasksAtOnce?: number;
};

/**
 * The gradient of the mean query loss after adaptation with respect to the parameters: the learner's
 * own rule if it has one. The parameters must require gradients; it records even inside of `noGrad`.
 *
 * @throws ArgumentRangeError if `tasksAtOnce` is no positive integer, or there are no tasks or support
 *   and query sets of different ones; ArgumentTypeError if labels are no tensors
 */
export function metaGradient<P extends Tree, A, I extends Tree>(
  learner: Learner<P, A, I>,
  params: P,
  episodes: Episodes<I>,
  { tasksAtOnce = Number.MAX_SAFE_INTEGER, ...options }: MetaGradientOptions = {},
): MetaGradient<P> {
  positiveInteger(tasksAtOnce, 'tasksAtOnce', 'metaGradient');
  checkEpisodes(episodes, 'metaGradient');
  return torch.enableGrad(() => gradientOf(learner, params, episodes, tasksAtOnce, options));
}

function gradientOf<P extends Tree, A, I extends Tree>(
  learner: Learner<P, A, I>,
  params: P,
  episodes: Episodes<I>,
  tasksAtOnce: number,
  options: AdaptOptions,
): MetaGradient<P> {
  if (learner.metaGradient) return learner.metaGradient(params, episodes, options);
  const tasks = taskCount(episodes.support);
  if (tasks <= tasksAtOnce) return gradientAtOnce(learner, params, episodes, options);
  return torch.scope(() => {
    let sum = { gradients: mapTree(([p]) => p.zerosLike(), params), loss: 0, accuracy: 0 };
    for (const part of splitEpisodes(episodes, tasksAtOnce)) {
      const share = taskCount(part.support) / tasks;
      sum = torch.replace(sum, (before) => {
        const own = gradientAtOnce(learner, params, part, options);
        const add = ([all, g]: readonly [Tensor, Tensor]) => all.add(g, { alpha: share });
        return {
          gradients: mapTree(add, before.gradients, own.gradients),
          loss: before.loss + share * own.loss,
          accuracy: before.accuracy + share * own.accuracy,
        };
      });
    }
    return sum;
  });
}

function gradientAtOnce<P extends Tree, A, I extends Tree>(
  learner: Learner<P, A, I>,
  params: P,
  episodes: Episodes<I>,
  options: AdaptOptions,
): MetaGradient<P> {
  return torch.scope(() => {
    const { logits, labels } = queryLogits(learner, params, episodes, {
      training: true,
      ...options,
      differentiable: true,
    });
    const { mean, ...seen } = judge(learner.loss, logits, labels, learner.classifies);
    return { gradients: gradientsOf(mean, params), ...seen };
  });
}

/** The mean loss over the tasks to differentiate, and what a meta-step tells of it. */
export function judge(
  taskLoss: TaskLoss | undefined,
  logits: Tensor,
  labels: Tensor,
  classifies = taskLoss === undefined,
): { mean: Tensor; loss: number; accuracy: number } {
  const mean = (taskLoss ?? taskCrossEntropy)(logits, labels).mean();
  const accuracy = classifies ? Number(taskAccuracy(logits, labels).mean().item()) : Number.NaN;
  return { mean, loss: Number(mean.item()), accuracy };
}

/** The gradient for every parameter; zeros for those that are frozen or that the loss ignores. */
export function gradientsOf<P extends Tree>(loss: Tensor, params: P): P {
  const trainable = leaves(params).filter((tensor) => tensor.requiresGrad);
  const used = loss.requiresGrad && trainable.length > 0;
  const gradients = used ? torch.gradOrNull(loss, trainable) : [];
  const byParameter = new Map(trainable.map((tensor, i) => [tensor, gradients[i]]));
  return mapTree(([tensor]) => byParameter.get(tensor) ?? tensor.zerosLike(), params);
}

/**
 * Runs `fn` in a scope of its own, recording operators only if what it computes shall be
 * differentiated.
 */
export function recording<T>({ differentiable = false }: AdaptOptions, fn: () => T): T {
  return torch.scope(() => (differentiable ? fn() : torch.noGrad(fn)));
}

/**
 * Adapts to the support sets and predicts the query sets.
 *
 * @throws ArgumentRangeError, ArgumentTypeError for episodes as in `metaGradient`
 */
export function queryLogits<P extends Tree, A, I extends Tree>(
  learner: Learner<P, A, I>,
  params: P,
  episodes: Episodes<I>,
  options: AdaptOptions = {},
): { logits: Tensor; labels: Tensor } {
  checkEpisodes(episodes, 'queryLogits');
  const { support, query, ways } = episodes;
  const adapted = learner.adapt(params, support, ways, options);
  return { logits: learner.predict(adapted, query.inputs, options), labels: query.labels };
}

/**
 * The accuracy on the query set of each of the T tasks, from 0 to 1. The episodes may be given as a
 * function that makes them; then they are disposed of as well.
 */
export function queryAccuracy<P extends Tree, A, I extends Tree>(
  learner: Learner<P, A, I>,
  params: P,
  episodes: Episodes<I> | (() => Episodes<I>),
): number[] {
  return torch.scope(() => {
    const made = typeof episodes === 'function' ? episodes() : episodes;
    const { logits, labels } = queryLogits(learner, params, made);
    return numbers(taskAccuracy(logits, labels));
  });
}

/** What the query sets of T tasks say of a learner. */
export type QueryScores = {
  /** The loss of each task: the learner's own, or the cross-entropy. */
  losses: number[];
  /** The accuracy of each task, from 0 to 1; only where labels are classes. */
  accuracies?: number[];
};

/** The same for any learner, regression too, whose labels are no classes. */
export function queryScores<P extends Tree, A, I extends Tree>(
  learner: Learner<P, A, I>,
  params: P,
  episodes: Episodes<I> | (() => Episodes<I>),
): QueryScores {
  return torch.scope(() => {
    const made = typeof episodes === 'function' ? episodes() : episodes;
    const { logits, labels } = queryLogits(learner, params, made);
    const { loss = taskCrossEntropy, classifies = learner.loss === undefined } = learner;
    const losses = numbers(torch.noGrad(() => loss(logits, labels)));
    return { losses, ...(classifies && { accuracies: numbers(taskAccuracy(logits, labels)) }) };
  });
}

function numbers(values: Tensor): number[] {
  return [...values.to('float64').data()].map(Number);
}

/** Labels `[T, n, …]` of as many tasks in the support sets as in the query sets. */
function checkEpisodes(episodes: Episodes<Tree>, operator: string): void {
  const sets: Partial<Episodes<Tree>> = Object(episodes);
  const [tasks, queries] = (['support', 'query'] as const).map((name) => {
    const shape = shapeOf(sets[name]?.labels, `${name} labels`, operator);
    const [count = 0] = shape;
    if (shape.length >= 2 && count > 0) return count;
    throw wrongShape('[T, n] of at least one task', `${name} labels`, shape, operator);
  });
  if (tasks === queries) return;
  throw outOfRange(`as many as the ${tasks} of the support sets`, 'query sets', queries, operator);
}
