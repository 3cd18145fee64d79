import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  callable,
  optional,
  positiveInteger,
  readOptions,
  required,
  withDefault,
  withMethods,
} from '../check';
import { type Episodes, type Learner, metaGradient } from '../meta';
import { learnerOf } from '../meta/learner';
import { trainable } from '../nn';
import type { Optimizer, OptimizerState } from '../optim';
import { optimizerOf } from '../optim/optimizer';
import { disposeTree, type Generator, mapTree, type Tensor, type Tree, torch } from '../torch';
import { requireTensorTree } from '../torch/check-tensors';
import { type Evaluation, scoreOf } from './evaluate';

/** The report of one step. */
export type StepReport = {
  /** From 1 to `steps`. */
  step: number;
  steps: number;
  /** Mean query loss of the step's tasks. */
  loss: number;
  /** Mean query accuracy of the step's tasks, from 0 to 1; only where labels are classes. */
  accuracy?: number;
};

/** Observes the progress of training. */
export interface Logger {
  start?(steps: number): void;
  step?(report: StepReport): void;
  evaluation?(step: number, evaluation: Evaluation): void;
  /** Training has ended, also by an error. */
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
   * Scores parameters on meta-validation, for example by `evaluate`; those of the greatest accuracy, or
   * of the least loss where there is none, are returned. Default: the last are. What it makes is
   * disposed of, and the parameters are its own only until it returns.
   */
  evaluate?: (params: P) => Evaluation;
  /** Steps between evaluations; there is one after the last step too. Default: 100. */
  evaluateEvery?: number;
  logger?: Logger;
  /** Stops training after the step in progress. */
  signal?: AbortSignal;
};

const OPTIONS = {
  learner: required(learnerOf),
  params: required<Tree>((value) => value),
  optimizer: required(optimizerOf),
  episodes: required(callable),
  steps: required(positiveInteger),
  tasksAtOnce: optional(positiveInteger),
  generator: optional(withMethods<Generator>('a generator', 'manualSeed', 'fork')),
  evaluate: optional(callable),
  evaluateEvery: withDefault(positiveInteger, 100),
  logger: optional(withMethods('an object')),
  signal: optional(withMethods('an object')),
};

/** The result of training. */
export type TrainResult<P extends Tree> = {
  /**
   * The best parameters by `evaluate`, or the last. They share no memory with the start and do not
   * require gradients.
   */
  params: P;
  /** Steps taken. */
  steps: number;
  /** The evaluation of the parameters returned, if there was one. */
  best?: Evaluation;
};

/** The tensors that training holds between steps. */
type Run<P extends Tree, S> = {
  params: P;
  state: S;
  step: number;
  best?: { params: P; evaluation: Evaluation };
};

/**
 * Meta-trains a learner: at each step the meta-gradient of a batch of episodes, then a step of the
 * optimizer. It yields to the event loop between steps. If a callback throws, so does `train`, and
 * everything that it made is freed.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for an option that is unknown or of another kind, or
 *   parameters that are not a tree of tensors
 */
export async function train<
  P extends Tree,
  A,
  I extends Tree = Tensor,
  S extends OptimizerState = OptimizerState,
>(options: TrainOptions<P, A, I, S>): Promise<TrainResult<P>> {
  const { evaluateEvery } = readOptions(OPTIONS, options, 'train');
  requireTensorTree(options.params);
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
      const seen = takeStep(options, run);
      logger?.step?.({ step: run.step, steps, ...seen });
      if (evaluate && (run.step % evaluateEvery === 0 || run.step === steps)) {
        const evaluation = torch.scope(() => evaluate(run.params));
        logger?.evaluation?.(run.step, evaluation);
        keepBest(run, evaluation);
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
): Pick<StepReport, 'loss' | 'accuracy'> {
  const { params, state, seen } = torch.replace(
    { params: run.params, state: run.state },
    (current) => {
      const batch = episodes(run.step);
      const { gradients, loss, accuracy } = metaGradient(learner, current.params, batch, {
        training: true,
        step: run.step,
        ...(generator && { generator }),
        ...(tasksAtOnce !== undefined && { tasksAtOnce }),
      });
      const moved = torch.noGrad(() => optimizer.update(gradients, current.state, current.params));
      const seen = Number.isNaN(accuracy) ? { loss } : { loss, accuracy };
      return { params: trainable(moved.params), state: moved.state, seen };
    },
  );
  Object.assign(run, { params, state });
  run.step++;
  return seen;
}

function keepBest<P extends Tree, S>(run: Run<P, S>, evaluation: Evaluation): void {
  const { best } = run;
  if (best && scoreOf(evaluation) <= scoreOf(best.evaluation)) return;
  run.best = { params: clone(run.params), evaluation };
  disposeTree(best?.params);
}

function finish<P extends Tree, S>({ params, step, best }: Run<P, S>): TrainResult<P> {
  if (best) return { params: best.params, steps: step, best: best.evaluation };
  return { params: clone(params), steps: step };
}

/** Copies that do not require gradients. */
function clone<P extends Tree>(params: P): P {
  return torch.scope(() => mapTree(([tensor]) => tensor.detach().clone(), params));
}
