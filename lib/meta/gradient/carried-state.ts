import { expandTasks } from '../../nn/index';
import type { OptimizerState } from '../../optim/index';
import { mapTree } from '../../torch/index';

/** An optimizer's state for T tasks that all go on from one; the count of steps has no task axis. */
export function carriedState({ step, ...rest }: OptimizerState, tasks: number): OptimizerState {
  const moments = expandTasks(rest, tasks);
  return step === undefined ? moments : { ...moments, step: mapTree(([n]) => n.detach(), step) };
}

/** Overwrites the one state with the mean of the tasks' states. */
export function keepState(carried: OptimizerState, { step, ...rest }: OptimizerState): void {
  const { step: count, ...moments } = carried;
  mapTree(([own, tasks]) => own.copy_(tasks.mean([0])), moments, rest);
  if (count !== undefined && step !== undefined) mapTree(([own, n]) => own.copy_(n), count, step);
}
