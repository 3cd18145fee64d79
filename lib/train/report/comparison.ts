import { basename } from 'node:path';
import { readOptions } from '../../check';
import { ArgumentTypeError } from '../../errors';
import { packageVersion } from '../../package-version';
import { estimate } from '../estimate';
import type { Figure } from '../metrics/figure';
import { type PairedScores, paired } from '../metrics/paired';
import { compareQueries, probabilityOf } from '../metrics/query-table';
import type { QueryPrediction } from './predictions';
import { REPORT_OPTIONS, type ReportOptions } from './report';
import { type Pooled, pooled, type Run, type RunSummary } from './runs';

/** A text that one of two models has right and the other wrong. */
export type ChangedText = {
  readonly episode: number;
  readonly source?: string;
  readonly row: number | string;
  readonly text?: string;
  readonly label: string | null;
  readonly first: string | null;
  readonly second: string | null;
  /** By how much the second model finds the true label more probable. */
  readonly change: number;
};

export const COMPARISON_FORMAT = 'metatorch-comparison';

/** Two models on the same queries. */
export type Comparison = PairedScores & {
  readonly format: typeof COMPARISON_FORMAT;
  readonly version: 1;
  readonly metatorch: string;
  readonly first: readonly RunSummary[];
  readonly second: readonly RunSummary[];
  readonly intervals: { readonly resamples: number; readonly seed: number };
  /** The mean difference in accuracy of the runs ± 1.96·s/√n, if there are several. */
  readonly overRuns: Figure | null;
  /** Texts that the second model alone has right, those first that it is surer of. */
  readonly better: readonly ChangedText[];
  /** Texts that the first model alone has right. */
  readonly worse: readonly ChangedText[];
};

/**
 * Compares two models by their predictions of the same queries: `second` minus `first`, with intervals of the
 * differences themselves. Several runs are paired in their order.
 *
 * @throws ArgumentTypeError that names what is not the same in both; and as `report` does
 */
export function comparePredictions(
  first: Run | readonly Run[],
  second: Run | readonly Run[],
  options: ReportOptions = {},
): Comparison {
  const operator = 'comparePredictions';
  const { resamples, seed, hardest, texts } = readOptions(REPORT_OPTIONS, options, operator);
  const [a, b] = [pooled(first, operator), pooled(second, operator)];
  if (a.runs.length !== b.runs.length) {
    throw new ArgumentTypeError(
      `Expected as many runs of both models but received ${a.runs.length} and ${b.runs.length}`,
      operator,
    );
  }
  requireSameProtocols(a, b, operator);
  const scores = paired(a.queries, b.queries, { resamples, seed });
  const changes = changesOf(a.queries, b.queries, texts);
  return {
    format: COMPARISON_FORMAT,
    version: 1,
    metatorch: packageVersion(),
    first: a.runs,
    second: b.runs,
    intervals: { resamples, seed },
    ...scores,
    overRuns: overRuns(a, b),
    better: changes
      .filter(({ second: own, label }) => own === label)
      .sort((x, y) => y.change - x.change)
      .slice(0, hardest),
    worse: changes
      .filter(({ first: own, label }) => own === label)
      .sort((x, y) => x.change - y.change)
      .slice(0, hardest),
  };
}

/** What must be the same, where both files say it; data may lie in another folder. */
const SHARED = ['dataset', 'split', 'ways', 'shots', 'queries', 'seed'] as const;

function requireSameProtocols(a: Pooled, b: Pooled, operator: string): void {
  for (const [i, { protocol: first }] of a.runs.entries()) {
    const second = b.runs[i]?.protocol;
    for (const name of SHARED) {
      const [own, other] = [first[name], second?.[name]];
      if (own === undefined || other === undefined) continue;
      const [one, two] = [own, other].map((value) => JSON.stringify(value));
      const isSameFile = name === 'dataset' && basename(first.dataset) === basename(`${other}`);
      if (one === two || isSameFile) continue;
      const found = `${one} and ${two}`;
      const message = `Expected the same ${name} in the protocols of both models but received ${found}`;
      throw new ArgumentTypeError(message, operator);
    }
  }
}

function overRuns(a: Pooled, b: Pooled): Figure | null {
  const differences = a.runs.flatMap(({ accuracy: before }, i) => {
    const after = b.runs[i]?.accuracy;
    return before && after ? [after.value - before.value] : [];
  });
  if (differences.length < 2) return null;
  const { mean, halfWidth } = estimate(differences);
  return { value: mean, low: mean - halfWidth, high: mean + halfWidth };
}

/** The queries that one model alone has right, in their order. */
function changesOf(
  first: readonly QueryPrediction[],
  second: readonly QueryPrediction[],
  texts: boolean,
): ChangedText[] {
  const others = second.toSorted(compareQueries);
  return first.toSorted(compareQueries).flatMap((query, i): ChangedText[] => {
    const other = others[i];
    if (other === undefined) return [];
    const { episode, source, row, text, label, predicted } = query;
    if ((predicted === label) === (other.predicted === label)) return [];
    return [
      {
        episode,
        ...(source !== undefined && { source }),
        row,
        ...(texts && text !== undefined && { text }),
        label,
        first: predicted,
        second: other.predicted,
        change: probabilityOf(other, label) - probabilityOf(query, label),
      },
    ];
  });
}
