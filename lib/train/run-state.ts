import { trainable } from '../nn';
import type { OptimizerState } from '../optim';
import { disposeTree, mapTree, type Tree, torch } from '../torch';
import type { Callback } from './callbacks/callback';
import type { Checkpoints, RunMoment } from './checkpoints/checkpoints';
import { openCheckpoints } from './checkpoints/open-checkpoints';
import type { Ranks } from './distributed/ranks';
import type { Evaluation } from './evaluate';
import { History } from './history';
import type { TrainSettings } from './train-options';

/** A run between two steps. */
export type Run<P extends Tree, S> = {
  params: P;
  state: S;
  step: number;
  best?: { params: P; evaluation: Evaluation; step: number };
  history: History;
  stopped?: string;
  /** Undefined for a run of one process. */
  readonly ranks: Ranks | undefined;
  /** Whether the ranks have agreed to end. */
  ends?: boolean;
};

/** A run before its first step; of several ranks, with the parameters of rank 0. */
export async function begin<P extends Tree, A, I extends Tree, S extends OptimizerState>(
  { params: given, optimizer }: TrainSettings<P, A, I, S>,
  ranks: Ranks | undefined,
): Promise<Run<P, S>> {
  const start = ranks === undefined ? given : await ranks.start(given);
  try {
    return torch.scope(() => {
      const params = trainable(clone(start));
      return { params, state: optimizer.init(params), step: 0, history: new History(), ranks };
    });
  } finally {
    if (start !== given) disposeTree(start);
  }
}

/** Puts what a checkpoint holds in the place of the start. */
function goOn<P extends Tree, S extends OptimizerState>(
  run: Run<P, S>,
  moment: RunMoment<P, S> | undefined,
): void {
  if (moment === undefined) return;
  const { step, tensors, bestStep, history } = moment;
  const evaluation = bestStep === undefined ? undefined : history.evaluationAt(bestStep);
  const { params, state } = torch.replace({ params: run.params, state: run.state }, () => ({
    params: trainable(tensors.params),
    state: tensors.optimizer,
  }));
  disposeTree(tensors.params);
  Object.assign(run, { params, state, step, history });
  if (tensors.best && bestStep !== undefined && evaluation) {
    run.best = { params: tensors.best, evaluation, step: bestStep };
  }
}

/** Opens the checkpoints, if this process writes them, and goes on from the latest if that is asked for. */
export async function openRun<P extends Tree, A, I extends Tree, S extends OptimizerState>(
  settings: TrainSettings<P, A, I, S>,
  run: Run<P, S>,
  callbacks: readonly Callback[],
): Promise<Checkpoints | undefined> {
  const { ranks } = run;
  const tensors = { params: run.params, optimizer: run.state };
  const open = (folder = settings.checkpoints?.folder, resume = settings.resume) => {
    const checkpoints = openCheckpoints(settings, callbacks, folder);
    try {
      goOn(run, checkpoints?.resume(tensors, resume));
      return checkpoints;
    } catch (error) {
      checkpoints?.close();
      throw error;
    }
  };
  if (ranks === undefined || settings.checkpoints === undefined) return open();
  const checkpoints = ranks.leads ? open() : undefined;
  try {
    await ranks.shareCheckpoint(checkpoints?.path(run.step), (folder) =>
      open(folder, true)?.close(),
    );
    return checkpoints;
  } catch (error) {
    checkpoints?.close();
    throw error;
  }
}

/** What a checkpoint of the run holds. */
export function momentOf<P extends Tree, S>({ params, state, step, best, history }: Run<P, S>) {
  const tensors = { params, optimizer: state, ...(best && { best: best.params }) };
  return { step, tensors, bestStep: best?.step, history };
}

/** Copies that do not require gradients. */
export function clone<P extends Tree>(params: P): P {
  return torch.scope(() => mapTree(([tensor]) => tensor.detach().clone(), params));
}
