import type { Goal, TrialRecord } from './trial';

export type HalvingSettings = {
  /** r: the step of the first rung. */
  readonly least: number;
  /** η: one of so many trials goes on at each rung, to η times as many steps. */
  readonly eta: number;
};

/**
 * Asynchronous successive halving. L. Li et al.: A System for Massively Parallel Hyperparameter Tuning, MLSys
 * 2020, in the form that ends trials rather than pausing them. Rungs are at r, rη, rη², … steps. A trial that
 * comes to one goes on if it is among the best 1/η of all that have come there so far, at least the best one.
 *
 * @returns true if the trial should end: its last report, which came first at a rung, was not good enough
 */
export function isHopeless(
  own: TrialRecord,
  trials: readonly TrialRecord[],
  goal: Goal,
  settings: HalvingSettings,
): boolean {
  const steps = [...own.reports.keys()];
  const last = steps.at(-1);
  if (last === undefined) return false;
  const rung = rungBelow(last, settings);
  // Not come to a rung with this report.
  if (rung === undefined || steps.slice(0, -1).some((step) => step >= rung)) return false;
  const value = valueAt(own, rung);
  if (value === undefined) return false;
  const sign = goal === 'maximize' ? 1 : -1;
  const all = trials.flatMap((trial) => valueAt(trial, rung) ?? []);
  const better = all.filter((other) => sign * (other - value) > 0).length;
  return better >= Math.max(1, Math.floor(all.length / settings.eta));
}

/** The last rung at or before a step. */
function rungBelow(step: number, { least, eta }: HalvingSettings): number | undefined {
  if (step < least) return undefined;
  let rung = least;
  while (rung * eta <= step) rung *= eta;
  return rung;
}

/** The first value that was reported at a rung or after it. */
function valueAt({ reports }: TrialRecord, rung: number): number | undefined {
  for (const [step, value] of reports) if (step >= rung) return value;
  return undefined;
}
