import { plainText } from '../../train/report/pages/plain-text';
import type { TrialRecord } from '../../train/search/trial';
import { cut, screenWidth } from '../terminal';

/** The trials as a table, from best to worst. */
export function leaderboard(trials: readonly TrialRecord[]): string[] {
  return [
    'Trial  Accuracy  Parameters',
    ...trials.map((trial) =>
      cut(
        `${String(trial.number).padStart(5)}  ${result(trial).padEnd(8)}  ${params(trial)}`,
        screenWidth(),
      ),
    ),
  ];
}

/** A trial that has ended; why it has failed is told in full. */
export function trialLine(trial: TrialRecord): string {
  const head = `Trial ${trial.number}: ${result(trial)}`;
  return trial.error === undefined
    ? cut(`${head}  ${params(trial)}`, screenWidth())
    : `${head}  ${plainText(trial.error)}`;
}

function result({ state, value }: TrialRecord): string {
  return state === 'completed' && value !== undefined ? `${(100 * value).toFixed(1)} %` : state;
}

function params({ params }: TrialRecord): string {
  return Object.entries(params)
    .map(
      ([name, value]) =>
        `${name}=${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`,
    )
    .join(' ');
}
