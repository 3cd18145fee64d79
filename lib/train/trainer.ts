import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Episodes, type Learner, metaGradient } from '../meta';
import { checkLearner, type Kinds } from '../meta/check-options';
import { trainable } from '../nn';
import type { Optimizer, OptimizerState } from '../optim';
import { disposeTree, type Generator, mapTree, type Tensor, type Tree, torch } from '../torch';
import type { Estimate } from './evaluate';
import { requireTensors } from './require-tensors';

/** What happened in one step. */
export type StepReport = {
  /** From 1 to `steps`. */
  step: number;
  steps: number;
  /** Mean query loss of the step's tasks. */
  loss: number;
  /** Mean query accuracy of the step's tasks, from 0 to 1; NaN where the labels are no classes. */
  accuracy: number;
};

/** Who wants to know how training goes. */
export interface Logger {
  start?(steps: number): void;
  step?(report: StepReport): void;
  evaluation?(step: number, estimate: Estimate): void;
  /** Training has ended, be it by an error. */
  close?(): void;
}

export type TrainOptions<P extends Tree, A, I extends Tree, S extends OptimizerState> = {
  learner: Learner<P, A, I>;
  /** Where to start, for example `learner.init(generator)`. They stay as they are. */
  params: P;
  optimizer: Optimizer<S>;
  /** Makes the batch of a step, counted from 0. What it makes is disposed of after the step. */
  episodes: (step: number) => Episodes<I>;
  steps: number;
  /** How many tasks of a batch adapt at once; see `MetaGradientOptions`. Default: all. */
  tasksAtOnce?: number;
  /** For layers that draw random numbers while training. */
  generator?: Generator;
  /**
   * Judges parameters on meta-validation; the best of them are returned. Default: the last are. What
   * it makes is disposed of, and the parameters are its own only until it returns.
   */
  evaluate?: (params: P) => Estimate;
  /** Steps between evaluations; there is one after the last step too. Default: 100. */
  evaluateEvery?: number;
  logger?: Logger;
  /** Stops training after the step in progress. */
  signal?: AbortSignal;
};

const KINDS = {
  learner: 'learner',
  params: 'any',
  optimizer: 'optimizer',
  episodes: 'function',
  steps: 'count',
  'tasksAtOnce?': 'count',
  'generator?': 'generator',
  'evaluate?': 'function',
  'evaluateEvery?': 'count',
  'logger?': 'object',
  'signal?': 'object',
} as const satisfies Kinds;

/** What training leads to. */
export type TrainResult<P extends Tree> = {
  /**
   * The best parameters by `evaluate`, or the last. They share no memory with the start and do not
   * require gradients.
   */
  params: P;
  /** Steps taken. */
  steps: number;
  /** The estimate of the parameters returned, if they were evaluated. */
  best?: Estimate;
};

/** What training holds between steps. */
type Run<P extends Tree, S> = {
  params: P;
  state: S;
  step: number;
  best?: { params: P; estimate: Estimate };
};

/**
 * Meta-trains a learner: at each step the meta-gradient of a batch of episodes, then a step of the
 * optimizer. The event loop turns between steps. If anything given to it throws, so does it, and
 * nothing that it made stays.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for an option that is unknown or of another kind, or
 *   parameters that are no tree of tensors
 */
export async function train<
  P extends Tree,
  A,
  I extends Tree = Tensor,
  S extends OptimizerState = OptimizerState,
>(options: TrainOptions<P, A, I, S>): Promise<TrainResult<P>> {
  checkLearner(options, KINDS, 'train');
  requireTensors(options.params);
  const { evaluateEvery = 100 } = options;
  const run = begin(options);
  try {
    await takeSteps(options, run, evaluateEvery);
    return finish(run);
  } catch (error) {
    disposeTree(run.best?.params);
    throw error;
  } finally {
    disposeTree([run.params, run.state]);
  }
}

function begin<P extends Tree, A, I extends Tree, S extends OptimizerState>({
  params: start,
  optimizer,
}: TrainOptions<P, A, I, S>): Run<P, S> {
  return torch.scope(() => {
    const params = trainable(clone(start));
    return { params, state: optimizer.init(params), step: 0 };
  });
}

async function takeSteps<P extends Tree, A, I extends Tree, S extends OptimizerState>(
  options: TrainOptions<P, A, I, S>,
  run: Run<P, S>,
  evaluateEvery: number,
): Promise<void> {
  const { steps, evaluate, logger, signal } = options;
  try {
    logger?.start?.(steps);
    while (run.step < steps && !signal?.aborted) {
      const { loss, accuracy } = takeStep(options, run);
      logger?.step?.({ step: run.step, steps, loss, accuracy });
      if (evaluate && (run.step % evaluateEvery === 0 || run.step === steps)) {
        const estimate = torch.scope(() => evaluate(run.params));
        logger?.evaluation?.(run.step, estimate);
        keepBest(run, estimate);
      }
      await nextTurn();
    }
  } finally {
    logger?.close?.();
  }
}

function takeStep<P extends Tree, A, I extends Tree, S extends OptimizerState>(
  { learner, optimizer, episodes, generator, tasksAtOnce }: TrainOptions<P, A, I, S>,
  run: Run<P, S>,
): { loss: number; accuracy: number } {
  const { params, state } = run;
  const { next, loss, accuracy } = torch.scope(() => {
    const batch = episodes(run.step);
    const { gradients, ...seen } = metaGradient(learner, params, batch, {
      training: true,
      step: run.step,
      ...(generator && { generator }),
      ...(tasksAtOnce !== undefined && { tasksAtOnce }),
    });
    // Nobody else holds these parameters, so they may be overwritten.
    const moved = torch.noGrad(() => optimizer.update(gradients, state, params, { donate: true }));
    return { next: { params: trainable(moved.params), state: moved.state }, ...seen };
  });
  disposeTree([params, state], next);
  Object.assign(run, next);
  run.step++;
  return { loss, accuracy };
}

function keepBest<P extends Tree, S>(run: Run<P, S>, estimate: Estimate): void {
  const { best } = run;
  if (best && score(estimate) <= score(best.estimate)) return;
  run.best = { params: clone(run.params), estimate };
  disposeTree(best?.params);
}

/** The mean, comparable also where it is NaN. */
function score({ mean }: Estimate): number {
  return Number.isNaN(mean) ? Number.NEGATIVE_INFINITY : mean;
}

function finish<P extends Tree, S>({ params, step, best }: Run<P, S>): TrainResult<P> {
  if (best) return { params: best.params, steps: step, best: best.estimate };
  return { params: clone(params), steps: step };
}

/** Copies that do not require gradients. */
function clone<P extends Tree>(params: P): P {
  return torch.scope(() => mapTree(([tensor]) => tensor.detach().clone(), params));
}
