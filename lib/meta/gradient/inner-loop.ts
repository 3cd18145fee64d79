import { expandTasks } from '../../nn/index';
import type { Optimizer, OptimizerState } from '../../optim/index';
import { disposeTree, mapTree, type Tensor, type Tree, torch } from '../../torch/index';
import { recording } from '../learner';
import { fromTaskVectors, taskVectors } from './task-vectors';

/** How the weights of T tasks, `[T, …]`, descend on their support sets. */
export type InnerLoopOptions = {
  /** U: any optimizer. It works element by element, so each task has a state of its own. */
  optimizer: Optimizer;
  /** k: steps on the support set; 0 leaves the weights as they are. Default: 5. */
  innerSteps?: number;
  /** The greatest norm of a task's gradient, over all of its weights. Default: none. */
  maxNorm?: number;
};

/** What one run of the loop must know beside its options. */
export type InnerRun<P extends Tree, S extends Tree> = {
  /** Keep the graph of the steps. Default: false. */
  differentiable?: boolean | undefined;
  /** Take the gradients for constants: no graph of second order. Default: false. */
  firstOrder?: boolean;
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
 * @param losses L: the weights to the loss of each task, `[T]`
 */
export function innerLoop<P extends Tree, S extends Tree = Record<string, never>>(
  start: P,
  losses: (theta: P, still: S) => Tensor,
  { optimizer, innerSteps = 5, maxNorm }: InnerLoopOptions,
  run: InnerRun<P, S> = {},
): { theta: P; state: OptimizerState; summed: S } {
  const { differentiable = false, firstOrder = false, visit } = run;
  // Without a graph to keep, every step starts from leaves of its own.
  let theta = differentiable ? start : mapTree(([w]) => w.detach(), start);
  let state = run.state ?? optimizer.init(theta);
  const still = run.still ?? ({} as S);
  let summed = mapTree(([x]) => x.detach().zerosLike(), still);
  const step = (): [P, OptimizerState, S] => {
    const { from, gradients } = taskGradients(
      { theta, still },
      (at) => losses(at.theta as P, at.still as S),
      differentiable && !firstOrder,
    );
    const own = gradients.theta as P;
    const clipped = maxNorm === undefined ? own : clipTasks(own, maxNorm);
    const next = optimizer.update(clipped, state, from.theta as P);
    return [next.params, next.state, mapTree(([a, b]) => a.add(b), summed, gradients.still as S)];
  };
  for (let k = 0; k < innerSteps; k++) {
    const next = recording({ differentiable }, step);
    if (!differentiable) disposeTree([theta, state, summed], next);
    [theta, state, summed] = next;
    visit?.(theta, k);
  }
  return { theta, state, summed };
}

/** ∇θ of each task's loss, and the weights that it was taken at, which require gradients. */
export function taskGradients<P extends Tree>(
  theta: P,
  losses: (theta: P) => Tensor,
  createGraph = false,
): { from: P; gradients: P } {
  // A view made without recording says that it requires gradients, but none would reach it.
  const recorded = torch.isGradEnabled();
  const from = mapTree(
    ([w]) => (recorded && w.requiresGrad ? w : w.detach().requiresGrad_()),
    theta,
  );
  const gradients = torch.enableGrad(() =>
    torch.grad(losses(from).sum(), from, { createGraph, allowUnused: true }),
  );
  return { from, gradients };
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
  const { gradients } = taskGradients(expandTasks(theta, tasks * n), losses, createGraph);
  return taskVectors(gradients).unflatten(0, [tasks, n]);
}

/** g·min(1, maxNorm/‖g‖) for each task by itself; differentiable, also where g is 0. */
export function clipTasks<P extends Tree>(gradients: P, maxNorm: number): P {
  const rows = taskVectors(gradients);
  const squares = rows.square().sum([1], true);
  const share = squares
    .div(maxNorm ** 2)
    .clampMin(1)
    .rsqrt();
  return fromTaskVectors(rows.mul(share), gradients);
}
