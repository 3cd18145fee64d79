import {
  callable,
  type OptionsOf,
  objectOf,
  optional,
  positiveNumber,
  readOptions,
  required,
  stepCount,
  withDefault,
} from '../../check';
import { expandTasks } from '../../nn/index';
import type { Optimizer, OptimizerState } from '../../optim/index';
import { optimizerOf } from '../../optim/optimizer';
import { requireTensor } from '../../torch/check-tensors';
import { disposeTree, leaves, mapTree, type Tensor, type Tree, torch } from '../../torch/index';
import { adaptScope } from '../learner';
import { reachedGradients } from '../reached-gradients';
import { flattenParameters, unflattenParameters } from './flatten-parameters';

/** The options of learners that descend by any optimizer. */
export const INNER_LOOP = {
  /** U: any optimizer. It works element by element, so each task has a state of its own. */
  optimizer: required<Optimizer>(optimizerOf),
  /** k: steps on the support set; 0 leaves the weights as they are. Default: 5. */
  innerSteps: withDefault(stepCount, 5),
  /** The greatest norm of a task's gradient, over all of its weights. Default: none. */
  maxNorm: optional(positiveNumber),
};

/** How the weights of T tasks, `[T, …]`, descend on their support sets. */
export type InnerLoopOptions = OptionsOf<typeof INNER_LOOP>;

/** What one run of the loop must know beside its options. */
export type InnerRun<P extends Tree, S extends Tree> = {
  /** Keep the graph of the steps. Default: false. */
  differentiable?: boolean | undefined;
  /** Take the gradients for constants: no graph of second order. Default: false. */
  firstOrder?: boolean | undefined;
  /** Multiplies the gradients, at the loss, where it costs nothing. Default: 1. */
  scale?: number | undefined;
  /** The optimizer's state before the first step. It is consumed. Default: a fresh one. */
  state?: OptimizerState;
  /** Tensors that stand still; `summed` is the sum of their gradients over the steps. */
  still?: S;
  /** Sees the weights after each step, counted from 0. */
  visit?: (theta: P, step: number) => void;
};

/**
 * θ ← U(θ, ∇θ L(θ)), k times. The tasks are independent, so the gradient of their summed losses is
 * each task's own.
 *
 *     const start = expandTasks(params.model, taskCount(support));
 *     const { theta } = innerLoop(start, (at) => losses(at), { optimizer: sgd({ learningRate: 0.1 }) });
 *
 * @param start the weights of T tasks, `[T, …]`; they stay as they are
 * @param losses L: the weights to the loss of each task, `[T]`
 * @returns the adapted weights, the optimizer's last state, and `summed` of `still`
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if no gradient of the losses comes to the weights
 */
export function innerLoop<P extends Tree, S extends Tree = Record<string, never>>(
  start: P,
  losses: (theta: P, still: S) => Tensor,
  options: InnerLoopOptions,
  run: InnerRun<P, S> = {},
): { theta: P; state: OptimizerState; summed: S } {
  const { optimizer, innerSteps, maxNorm } = readOptions(INNER_LOOP, options, 'innerLoop');
  callable(losses, 'losses', 'innerLoop');
  objectOf(run, 'run', 'innerLoop');
  const { differentiable = false, firstOrder = false, still = {} as S } = run;
  // Without a graph to keep, every step starts from leaves of its own.
  const theta = differentiable ? start : mapTree(([w]) => w.detach(), start);
  const first = {
    theta,
    state: run.state ?? optimizer.init(theta),
    summed: mapTree(([x]) => x.detach().zerosLike(), still),
  };
  const step = ({ theta: at, state, summed }: typeof first): typeof first => {
    const { from, gradients } = taskGradients(
      { theta: at, still },
      (leaf) => losses(leaf.theta, leaf.still),
      { createGraph: differentiable && !firstOrder, scale: run.scale },
    );
    const clipped = maxNorm === undefined ? gradients.theta : clipTasks(gradients.theta, maxNorm);
    const next = optimizer.update(clipped, state, from.theta);
    return {
      theta: next.params,
      state: next.state,
      summed: mapTree(([sum, g]) => sum.add(g), summed, gradients.still),
    };
  };
  return repeat(first, step, {
    times: innerSteps,
    differentiable,
    visit: ({ theta: at }, k) => run.visit?.(at, k),
  });
}

type Repetition<S> = {
  times: number;
  /** Keep the graph, and with it what steps replace. */
  differentiable: boolean;
  /** Tensors of `start` that are not to be disposed of. */
  kept?: Tree;
  /** Sees what each step made, outside of its scope. */
  visit?: (state: S, k: number) => void;
};

/**
 * What `step` makes of `start` when repeated, each time in a scope of its own. Without a graph to keep,
 * what a step replaces is disposed of at once.
 */
export function repeat<S extends Tree>(
  start: S,
  step: (state: S) => S,
  { times, differentiable, kept = [], visit }: Repetition<S>,
): S {
  let state = start;
  for (let k = 0; k < times; k++) {
    const next = adaptScope({ differentiable }, () => step(state));
    if (!differentiable) disposeTree(state, [next, kept]);
    state = next;
    visit?.(state, k);
  }
  return state;
}

/**
 * ∇θ of each task's loss, and the weights that it was taken at, which require gradients.
 *
 * @param losses the weights to losses of any shape, whose sum is differentiated
 * @param options.createGraph record the gradients' own computation. Default: false
 * @param options.scale multiplies the gradients. Default: 1
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if no gradient comes to the weights
 */
export function taskGradients<P extends Tree>(
  theta: P,
  losses: (theta: P) => Tensor,
  options: { createGraph?: boolean; scale?: number | undefined } = {},
): { from: P; gradients: P } {
  const { createGraph = false, scale } = objectOf(options, 'options', 'taskGradients');
  callable(losses, 'losses', 'taskGradients');
  const from = requiringGradients(theta);
  const gradients = torch.enableGrad(() => {
    const each = losses(from);
    requireTensor(each, 'the result of losses', 'taskGradients');
    // The gradient of their sum, without the sum.
    const gradOutputs = each.fullLike(scale ?? 1);
    return reachedGradients(each, from, { of: 'the support loss', createGraph, gradOutputs });
  });
  return { from, gradients };
}

/** The weights themselves where their graph is to be kept, else leaves of the same values. */
function requiringGradients<P extends Tree>(theta: P): P {
  // A view made without recording says that it requires gradients, but none would reach it.
  const recorded = torch.isGradEnabled();
  const isVariable = (w: Tensor): boolean => recorded && w.requiresGrad;
  if (leaves(theta).every(isVariable)) return theta;
  return mapTree(([w]) => (isVariable(w) ? w : w.detach().requiresGrad_()), theta);
}

/**
 * The gradients `[T, n, D]` of losses in which every example has weights of its own.
 *
 * @param losses the weights `[T·n, …]` to losses of any shape
 */
export function exampleGradients<P extends Tree>(
  theta: P,
  [tasks = 1, n = 1]: readonly number[],
  createGraph: boolean,
  losses: (own: P) => Tensor,
): Tensor {
  const { gradients } = taskGradients(expandTasks(theta, tasks * n), losses, { createGraph });
  return flattenParameters(gradients).unflatten(0, [tasks, n]);
}

/** g·min(1, maxNorm/‖g‖) for each task by itself, `[T, …]`; differentiable, also where g is 0. */
export function clipTasks<P extends Tree>(gradients: P, maxNorm: number): P {
  positiveNumber(maxNorm, 'maxNorm', 'clipTasks');
  const rows = flattenParameters(gradients);
  const squares = rows.square().sum([1], true);
  const share = squares
    .div(maxNorm ** 2)
    .clampMin(1)
    .rsqrt();
  return unflattenParameters(rows.mul(share), gradients);
}
