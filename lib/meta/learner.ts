import { callable, checkOptions, objectOf, positiveInteger, withMethods } from '../check';
import { TorchError } from '../errors';
import { type Generator, leaves, mapTree, type Tensor, type Tree, torch } from '../torch';
import {
  checkEpisodes,
  checkLabels,
  checkQueries,
  type Episodes,
  type Examples,
  taskCount,
} from './episode';
import { reachedGradients } from './reached-gradients';
import { splitEpisodes } from './split-episodes';
import { checkWays, type TaskLoss, taskAccuracy, taskCrossEntropy, taskLosses } from './task-loss';

/** The names of `AdaptOptions`. */
export const ADAPT_OPTIONS = ['differentiable', 'training', 'generator', 'step'] as const;

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
  /** The loss of the query set. Default: the cross-entropy of each task. */
  readonly loss?: TaskLoss;
  /** True where labels are classes and logits their scores. Default: true without a `loss`. */
  readonly classifies?: boolean;
  /**
   * How `metaGradient` joins the tasks of a batch. Default: by their mean. A learner with a `metaGradient` of its own has
   * to say it before `train` divides its tasks among processes.
   */
  readonly reduction?: 'mean' | 'sum';
  /**
   * True where `metaGradient` carries something from one batch to the next: such a run cannot be divided, and has no
   * checkpoints.
   */
  readonly carries?: boolean;
  /** Where a learner trains otherwise than by the gradient of the query loss. */
  metaGradient?(params: P, episodes: Episodes<I>, options?: AdaptOptions): MetaGradient<P>;
}

/** One meta-step's gradient and what it saw. */
export type MetaGradient<P extends Tree> = {
  gradients: P;
  /** Mean query loss over the tasks. */
  loss: number;
  /** Mean query accuracy over the tasks, from 0 to 1; NaN where the labels are not classes. */
  accuracy: number;
  /**
   * How many things the gradient is the mean of, where these are not the tasks but, for example, their examples. Default:
   * how many tasks there are.
   */
  weight?: number;
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
 * own rule if it has one. It records even inside of `noGrad`. Parameters that do not require gradients
 * are frozen and get zeros, but not all of them may be.
 *
 * @throws ArgumentRangeError if `tasksAtOnce` is not a positive integer, there are no tasks, support and
 *   query sets are of different tasks, or a task has no query; ArgumentTypeError if labels are not
 *   tensors; TorchError `ERR_TORCH_AUTOGRAD` if no parameter requires gradients, or none comes to them
 *   from the loss
 */
export function metaGradient<P extends Tree, A, I extends Tree>(
  learner: Learner<P, A, I>,
  params: P,
  episodes: Episodes<I>,
  metaOptions: MetaGradientOptions = {},
): MetaGradient<P> {
  objectOf(metaOptions, 'options', 'metaGradient');
  const { tasksAtOnce = Number.MAX_SAFE_INTEGER, ...options } = metaOptions;
  positiveInteger(tasksAtOnce, 'tasksAtOnce', 'metaGradient');
  checkCall(learner, params, options, 'metaGradient');
  checkQueries(episodes, 'metaGradient');
  checkTrainable(params);
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
    const { mean, ...seen } = queryLoss(learner.loss, logits, labels, learner.classifies);
    return { gradients: gradientsOf(mean, params), ...seen };
  });
}

/** Of parameters that are all frozen nothing would be learned. */
function checkTrainable(params: Tree): void {
  const all = leaves(params);
  if (all.length === 0 || all.some((tensor) => tensor.requiresGrad)) return;
  throw new TorchError(
    'ERR_TORCH_AUTOGRAD',
    `Expected parameters that require gradients for metaGradient but received ${all.length} that do ` +
      'not; make them by trainable(params)',
  );
}

/**
 * The mean loss over the tasks to differentiate, and what a meta-step reports of it.
 *
 * @param taskLoss default: the cross-entropy of each task
 * @param classifies whether there is an accuracy to report. Default: true without a loss
 * @throws ArgumentRangeError if the loss gives other than one number for each task
 */
export function queryLoss(
  taskLoss: TaskLoss | undefined,
  logits: Tensor,
  labels: Tensor,
  classifies = taskLoss === undefined,
): { mean: Tensor; loss: number; accuracy: number } {
  const mean = taskLosses(taskLoss ?? taskCrossEntropy, logits, labels).mean();
  const accuracy = classifies ? Number(taskAccuracy(logits, labels).mean().item()) : Number.NaN;
  return { mean, loss: Number(mean.item()), accuracy };
}

/**
 * The gradient of a loss for every parameter; zeros for those that are frozen or that it ignores.
 *
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if it ignores all that are not frozen
 */
export function gradientsOf<P extends Tree>(loss: Tensor, params: P): P {
  const trainable = leaves(params).filter((tensor) => tensor.requiresGrad);
  const gradients =
    trainable.length > 0 ? reachedGradients(loss, trainable, { of: 'the query loss' }) : [];
  const byParameter = new Map(trainable.map((tensor, i) => [tensor, gradients[i]]));
  return mapTree(([tensor]) => byParameter.get(tensor) ?? tensor.zerosLike(), params);
}

/** Runs `fn`, as `adapt` and `predict` do, in a scope that records operators only if `differentiable`. */
export function adaptScope<T>(options: AdaptOptions, fn: () => T): T {
  const { differentiable = false } = objectOf(options, 'options', 'adaptScope');
  return torch.scope(() => (differentiable ? fn() : torch.noGrad(fn)));
}

/**
 * Adapts to the support sets and predicts the query sets.
 *
 * @throws ArgumentRangeError, ArgumentTypeError for episodes as in `metaGradient`; ArgumentRangeError for
 *   more ways than logits, or a query label that is none of the ways
 */
export function queryLogits<P extends Tree, A, I extends Tree>(
  learner: Learner<P, A, I>,
  params: P,
  episodes: Episodes<I>,
  options: AdaptOptions = {},
): { logits: Tensor; labels: Tensor } {
  checkCall(learner, params, options, 'queryLogits');
  checkEpisodes(episodes, 'queryLogits');
  const { support, query, ways } = episodes;
  const adapted = learner.adapt(params, support, ways, options);
  const logits = learner.predict(adapted, query.inputs, options);
  if (learner.classifies ?? learner.loss === undefined) {
    checkWays(logits, ways, 'queryLogits');
    checkLabels(logits, query.labels, ways, 'queryLogits');
  }
  return { logits, labels: query.labels };
}

/** What an unknown learner is called with. */
function checkCall(learner: unknown, params: unknown, options: unknown, operator: string): void {
  learnerOf(learner, 'learner', operator);
  const { metaGradient: own }: { metaGradient?: unknown } = Object(learner);
  if (own !== undefined) callable(own, 'metaGradient of the learner', operator);
  objectOf(params, 'parameters', operator);
  checkOptions(options, ADAPT_OPTIONS, operator);
}

/** Returns `value` if it has the methods of a learner. */
export const learnerOf = withMethods<Learner<Tree, unknown>>(
  'a learner',
  'init',
  'adapt',
  'predict',
);
