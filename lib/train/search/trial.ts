import { greatest } from '../../extremes';
import type { TrialParams } from './space';

/** `pruned`: ended early, as hopeless; `failed`: its objective threw, or returned no finite number. */
export type TrialState = 'running' | 'completed' | 'pruned' | 'failed';

/** What is known of a trial. */
export type TrialRecord = {
  /** From 0. */
  readonly number: number;
  readonly params: TrialParams;
  readonly state: TrialState;
  /** The value of the objective, or the last one that was reported of a trial that was pruned. */
  readonly value?: number | undefined;
  /** What was reported by step. */
  readonly reports: ReadonlyMap<number, number>;
  readonly seconds?: number | undefined;
  /** Why it failed. */
  readonly error?: string | undefined;
};

/** Whether the greatest or the smallest value is the best. */
export type Goal = 'maximize' | 'minimize';

/** How trials come after each other: completed, pruned, running, failed. */
const ORDER: Readonly<Record<TrialState, number>> = {
  completed: 0,
  pruned: 1,
  running: 2,
  failed: 3,
};

/**
 * The trials from best to worst. Of two that were pruned, the one that came further is better, as what it said
 * is worth more.
 */
export function ranked(trials: readonly TrialRecord[], goal: Goal): TrialRecord[] {
  const sign = goal === 'maximize' ? -1 : 1;
  const reached = ({ reports }: TrialRecord) => greatest(reports.keys(), 0);
  const value = (trial: TrialRecord) => sign * (trial.value ?? 0);
  return trials.toSorted(
    (a, b) =>
      ORDER[a.state] - ORDER[b.state] ||
      (a.state === 'pruned' ? reached(b) - reached(a) : 0) ||
      value(a) - value(b) ||
      a.number - b.number,
  );
}
