import type { RunConfig } from '../../train/runs/config';
import type { TestResult } from '../../train/runs/test-run';

/** A line that says which tests of a config are missing, since they were stopped; none if all are there. */
export function notMeasured(
  { evaluation }: Pick<RunConfig, 'evaluation'>,
  results: readonly TestResult[],
): string[] {
  const missing = evaluation.shots.filter((shots) => !results.some((one) => one.shots === shots));
  const names = missing.map((shots) => `${shots}-shot`).join(', ');
  return missing.length === 0 ? [] : [`Stopped in the test: ${names} was not measured.`];
}
