import { string } from '../check';
import { nextTurn } from '../next-turn';
import { trainable } from '../nn';
import type { OptimizerState } from '../optim';
import { disposeTree, type Tensor, type Tree, torch } from '../torch';
import { type Observers, type RunView, type StepReport, together } from './callbacks/callback';
import { allCallbacks } from './callbacks/own-callbacks';
import type { Checkpoints } from './checkpoints/checkpoints';
import { agreeToEnd, hasEnded, sharedGradient } from './distributed/together';
import { ranksOf } from './distributed/train-distributed';
import { type Evaluation, scoreOf } from './evaluate';
import type { TrainHistory } from './history';
import { begin, clone, momentOf, openRun, type Run } from './run-state';
import { clipped, type Sum, stepGradient } from './step-gradient';
import { readTrainOptions, type TrainOptions, type TrainSettings } from './train-options';

/** The result of training. */
export type TrainResult<P extends Tree> = {
  /**
   * The best parameters by `evaluate`, or the last. They share no memory with the start and do not
   * require gradients.
   */
  params: P;
  /** Steps taken, with those of the run that was resumed. */
  steps: number;
  /** The evaluation of the parameters returned, if there was one. */
  best?: Evaluation;
  /** Why training ended before its last step: the reason of the signal, or what a callback said. */
  stopped?: unknown;
  /** What the run has seen since its first step. */
  history: TrainHistory;
};

/**
 * Meta-trains a learner: at each step the meta-gradient of a batch of episodes, then a step of the
 * optimizer. It yields to the event loop between steps. If a callback throws, so does `train`, and
 * everything that it made is freed; what checkpoints hold stays.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for an option that is unknown or of another kind, or
 *   parameters that are not a tree of tensors
 * @throws TorchError `ERR_TORCH_FILE` if a checkpoint cannot be written, there is none to resume, or there are some
 *   that are not to be resumed; `ERR_TORCH_BUSY` if another run has the folder
 */
export async function train<
  P extends Tree,
  A,
  I extends Tree = Tensor,
  S extends OptimizerState = OptimizerState,
>(options: TrainOptions<P, A, I, S>): Promise<TrainResult<P>> {
  const settings = readTrainOptions(options);
  const callbacks = allCallbacks(settings);
  const run = await begin(settings, ranksOf(settings.distributed, settings.learner));
  let checkpoints: Checkpoints | undefined;
  try {
    checkpoints = await openRun(settings, run, callbacks);
    const loggers = run.ranks?.leads === false ? [] : settings.logger;
    await takeSteps(settings, run, together([...callbacks, ...loggers]), checkpoints);
    return finish(settings, run);
  } catch (error) {
    disposeTree(run.best?.params);
    run.ranks?.abandon(error);
    throw error;
  } finally {
    checkpoints?.close();
    disposeTree([run.params, run.state]);
  }
}

async function takeSteps<P extends Tree, A, I extends Tree, S extends OptimizerState>(
  settings: TrainSettings<P, A, I, S>,
  run: Run<P, S>,
  observers: Observers,
  checkpoints: Checkpoints | undefined,
): Promise<void> {
  const { steps, evaluate, evaluateEvery, signal } = settings;
  const view = viewOf(run);
  try {
    observers.start(steps, view);
    await agreeToEnd(run, signal);
    while (run.step < steps && !hasEnded(run, signal)) {
      const own =
        run.ranks === undefined ? undefined : await sharedGradient(settings, run, run.ranks);
      observers.step(takeStep(settings, run, own), view);
      if (evaluate && (run.step % evaluateEvery === 0 || run.step === steps)) {
        const evaluation = torch.scope(() => evaluate(run.params));
        run.history.evaluations.push({ step: run.step, evaluation });
        observers.evaluation(run.step, evaluation, view);
        keepBest(run, evaluation);
        await agreeToEnd(run, signal);
      }
      checkpoints?.saveIfDue(momentOf(run));
      await nextTurn();
    }
    checkpoints?.save(momentOf(run));
    // No rank leaves before the last checkpoint is written.
    await agreeToEnd(run, signal);
  } finally {
    observers.close();
  }
}

function viewOf<P extends Tree, S>(run: Run<P, S>): RunView {
  return {
    get step() {
      return run.step;
    },
    get params() {
      return run.params;
    },
    stop: (reason) => {
      run.stopped ??= string(reason, 'reason', 'stop');
    },
  };
}

/** Runs `fn`, and frees tensors however it ends. */
function freeing<R>(tensors: unknown, fn: () => R): R {
  try {
    return fn();
  } finally {
    disposeTree(tensors);
  }
}

/** @param shared the gradient of all ranks' tasks; it is freed */
function takeStep<P extends Tree, A, I extends Tree, S extends OptimizerState>(
  settings: TrainSettings<P, A, I, S>,
  run: Run<P, S>,
  shared: Sum<P> | undefined,
): StepReport {
  const { params, state, seen } = freeing(shared?.gradients, () =>
    torch.replace({ params: run.params, state: run.state }, (current) => {
      const { gradients, seen } = shared
        ? clipped(shared, settings.clipNorm)
        : stepGradient(settings, current.params, run.step);
      const moved = torch.noGrad(() =>
        settings.optimizer.update(gradients, current.state, current.params),
      );
      return { params: trainable(moved.params), state: moved.state, seen };
    }),
  );
  Object.assign(run, { params, state });
  run.step++;
  const report = { step: run.step, steps: settings.steps, ...seen };
  run.history.add(report);
  return report;
}

function keepBest<P extends Tree, S>(run: Run<P, S>, evaluation: Evaluation): void {
  const { best, step } = run;
  if (best && scoreOf(evaluation) <= scoreOf(best.evaluation)) return;
  run.best = { params: clone(run.params), evaluation, step };
  disposeTree(best?.params);
}

function finish<P extends Tree, A, I extends Tree, S extends OptimizerState>(
  { steps, signal }: TrainSettings<P, A, I, S>,
  { params, step, best, history, stopped = signal?.reason }: Run<P, S>,
): TrainResult<P> {
  return {
    ...(best ? { params: best.params, best: best.evaluation } : { params: clone(params) }),
    steps: step,
    ...(step < steps && { stopped }),
    history,
  };
}
