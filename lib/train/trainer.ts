import { setImmediate as nextTurn } from 'node:timers/promises';
import { outOfRange } from '../errors';
import { type Episodes, type Learner, metaGradient } from '../meta';
import { trainable } from '../nn';
import type { Optimizer, OptimizerState } from '../optim';
import { disposeTree, type Generator, mapTree, type Tensor, type Tree, torch } from '../torch';
import type { Estimate } from './evaluate';

/** What happened in one step. */
export type StepReport = {
  /** From 1 to `steps`. */
  step: number;
  steps: number;
  /** Mean query loss of the step's tasks. */
  loss: number;
  /** Mean query accuracy of the step's tasks, from 0 to 1. */
  accuracy: number;
};

/** Who wants to know how training goes. */
export interface Logger {
  step?(report: StepReport): void;
  evaluation?(step: number, estimate: Estimate): void;
  close?(): void;
}

export type TrainOptions<P extends Tree, A, I extends Tree, S extends OptimizerState> = {
  learner: Learner<P, A, I>;
  /** Where to start, for example `learner.init(generator)`. They stay as they are. */
  params: P;
  optimizer: Optimizer<S>;
  /** Makes the batch of a step, counted from 0. Its tensors are disposed of after the step. */
  episodes: (step: number) => Episodes<I>;
  steps: number;
  /** For layers that draw random numbers while training. */
  generator?: Generator;
  /** Judges parameters on meta-validation; the best of them are returned. Default: the last are. */
  evaluate?: (params: P) => Estimate;
  /** Steps between evaluations. Default: 100. */
  evaluateEvery?: number;
  logger?: Logger;
  /** Stops training after the step in progress. */
  signal?: AbortSignal;
};

/** What training leads to. */
export type TrainResult<P extends Tree> = {
  /** The best parameters by `evaluate`, or the last. They do not share memory with the start. */
  params: P;
  /** Steps taken. */
  steps: number;
  /** The estimate of the parameters returned, if they were evaluated. */
  best?: Estimate;
};

/**
 * Meta-trains a learner: at each step the meta-gradient of a batch of episodes, then a step of the
 * optimizer. The event loop turns between steps.
 *
 * @throws ArgumentRangeError if `steps` is no positive integer
 */
export async function train<
  P extends Tree,
  A,
  I extends Tree = Tensor,
  S extends OptimizerState = OptimizerState,
>(options: TrainOptions<P, A, I, S>): Promise<TrainResult<P>> {
  const { optimizer, steps, logger, evaluateEvery = 100, evaluate, signal } = options;
  if (!Number.isInteger(steps) || steps < 1) {
    throw outOfRange('a positive integer', 'steps', steps, 'train');
  }
  let params = torch.scope(() => trainable(clone(options.params)));
  let state = torch.scope(() => optimizer.init(params));
  let best: { params: P; estimate: Estimate } | undefined;
  let step = 0;
  try {
    while (step < steps && !signal?.aborted) {
      const next = runStep(options, params, state, step);
      disposeTree([params, state], [next.params, next.state]);
      ({ params, state } = next);
      step++;
      logger?.step?.({ step, steps, loss: next.loss, accuracy: next.accuracy });
      if (evaluate && (step % evaluateEvery === 0 || step === steps)) {
        const estimate = evaluate(params);
        logger?.evaluation?.(step, estimate);
        if (best === undefined || estimate.mean > best.estimate.mean) {
          if (best) disposeTree(best.params);
          best = { params: clone(params), estimate };
        }
      }
      await nextTurn();
    }
  } finally {
    logger?.close?.();
    disposeTree(state);
  }
  if (best === undefined) return { params, steps: step };
  disposeTree(params);
  return { params: best.params, steps: step, best: best.estimate };
}

function runStep<P extends Tree, A, I extends Tree, S extends OptimizerState>(
  { learner, optimizer, episodes, generator }: TrainOptions<P, A, I, S>,
  params: P,
  state: S,
  step: number,
): { params: P; state: S; loss: number; accuracy: number } {
  return torch.scope(() => {
    const batch = episodes(step);
    const { gradients, loss, accuracy } = metaGradient(learner, params, batch, {
      training: true,
      ...(generator && { generator }),
    });
    // Nobody else holds these parameters, so they may be overwritten.
    const next = torch.noGrad(() => optimizer.update(gradients, state, params, { donate: true }));
    return { params: trainable(next.params), state: next.state, loss, accuracy };
  });
}

function clone<P extends Tree>(params: P): P {
  return mapTree(([tensor]) => tensor.detach().clone(), params);
}
