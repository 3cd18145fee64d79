import type { OptimizerState } from '../../optim';
import { disposeTree, type Tree, torch } from '../../torch';
import type { Run } from '../run-state';
import { meanGradient, type Sum } from '../step-gradient';
import type { TrainSettings } from '../train-options';
import type { Ranks } from './ranks';
import { reductionOf } from './reduction';

function wantsToEnd<P extends Tree, S>(run: Run<P, S>, signal: AbortSignal | undefined): boolean {
  return run.stopped !== undefined || signal?.aborted === true;
}

/**
 * Whether the run is over. Ranks end together, or some would wait for the others: what one of them wants, the next exchange tells.
 */
export function hasEnded<P extends Tree, S>(
  run: Run<P, S>,
  signal: AbortSignal | undefined,
): boolean {
  return run.ranks === undefined ? wantsToEnd(run, signal) : run.ends === true;
}

/** Asks the other ranks, if there are any, whether the run is to end. */
export async function agreeToEnd<P extends Tree, S>(
  run: Run<P, S>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (run.ranks !== undefined) endIf(run, await run.ranks.any(wantsToEnd(run, signal)), signal);
}

function endIf<P extends Tree, S>(
  run: Run<P, S>,
  ends: boolean,
  signal: AbortSignal | undefined,
): void {
  if (!ends) return;
  run.ends = true;
  if (!wantsToEnd(run, signal)) run.stopped = 'another rank has stopped';
}

/** The gradient of all ranks' tasks. */
export async function sharedGradient<P extends Tree, A, I extends Tree, S extends OptimizerState>(
  settings: TrainSettings<P, A, I, S>,
  run: Run<P, S>,
  ranks: Ranks,
): Promise<Sum<P>> {
  const { learner, distributed = {}, signal } = settings;
  const episodes = ranks.tasksOf(settings.episodes, distributed);
  const own = torch.scope(() =>
    meanGradient({ ...settings, episodes, ranks: true }, run.params, run.step),
  );
  try {
    const { sum, stop } = await ranks.sum(own, reductionOf(learner), wantsToEnd(run, signal));
    endIf(run, stop, signal);
    return sum;
  } finally {
    disposeTree(own.gradients);
  }
}
