import { flag, integerFrom, type OptionsOf, readOptions, withDefault } from '../../check';
import { packageVersion } from '../../package-version';
import { accuracy } from '../metrics/accuracy';
import { type Calibration, calibration } from '../metrics/calibration';
import { type ClassScore, classScores } from '../metrics/class-scores';
import { type Confusion, confusions } from '../metrics/confusion';
import type { Figure } from '../metrics/figure';
import { type Groups, groupsOf, lengthsOf } from '../metrics/groups';
import { type Latency, latency } from '../metrics/latency';
import { type OutOfScope, outOfScope } from '../metrics/out-of-scope';
import { NONE, type QueryTable, queryTable } from '../metrics/query-table';
import { type Selective, selective } from '../metrics/selective';
import { type HardText, hardest } from './hardest';
import { pooled, type Run, type RunSummary } from './runs';

export const REPORT_FORMAT = 'metatorch-report';
export const REPORT_VERSION = 1;

/** All that the predictions of an evaluation say of a model. Intervals are of 95 %. */
export type Report = {
  readonly format: typeof REPORT_FORMAT;
  readonly version: typeof REPORT_VERSION;
  readonly metatorch: string;
  /** What was asked, file by file. */
  readonly runs: readonly RunSummary[];
  readonly counts: {
    readonly queries: number;
    /** Queries that have one of the labels. */
    readonly known: number;
    readonly outOfScope: number;
    /** Queries that the model took to be out of scope. */
    readonly refused: number;
    readonly episodes: number;
    readonly labels: number;
  };
  /** How intervals were made: what was drawn again, how often, and from which seed. */
  readonly intervals: {
    readonly unit: 'episode' | 'query';
    readonly resamples: number;
    readonly seed: number;
  };
  readonly accuracy: Figure | null;
  /** The mean over the runs, if there are several. */
  readonly accuracyOverRuns: Figure | null;
  readonly macroF1: Figure | null;
  readonly balancedAccuracy: Figure | null;
  readonly classes: readonly ClassScore[];
  readonly confusions: readonly Confusion[];
  readonly calibration: Calibration;
  readonly selective: Selective;
  readonly outOfScope: OutOfScope | null;
  readonly latency: Latency | null;
  readonly lengths: Groups | null;
  readonly groups: readonly Groups[];
  readonly hardest: readonly HardText[];
};

const MOST_RESAMPLES = 100_000;

/** What a report is made by. */
export const REPORT_OPTIONS = {
  /** How often units are drawn again for intervals. Default: 1000. */
  resamples: withDefault(
    (value, name, operator) => integerFrom(1, value, name, operator, MOST_RESAMPLES),
    1000,
  ),
  /** The seed of those draws. Default: 0. */
  seed: withDefault((value, name, operator) => integerFrom(0, value, name, operator), 0),
  /** The most texts to list among the hardest. Default: 20. */
  hardest: withDefault((value, name, operator) => integerFrom(0, value, name, operator), 20),
  /** Whether texts are shown. Default: true. */
  texts: withDefault(flag, true),
};

export type ReportOptions = Readonly<OptionsOf<typeof REPORT_OPTIONS>>;

/**
 * Everything that saved predictions say of a model. The same predictions give the same report, whatever their order.
 *
 *     const made = report(await loadPredictions('predictions.jsonl'));
 *     console.log(reportMarkdown(made));
 *
 * @param runs one evaluation, or several of the same model, such as of folds or seeds
 * @throws ArgumentTypeError or ArgumentRangeError for no queries, wrong ones or a wrong option, and for runs of
 *   several models, data sets or kinds of episodes
 */
export function report(runs: Run | readonly Run[], options: ReportOptions = {}): Report {
  const { texts, hardest: most, ...draws } = readOptions(REPORT_OPTIONS, options, 'report');
  const all = pooled(runs, 'report');
  const table = queryTable(all.queries, 'report');
  return {
    format: REPORT_FORMAT,
    version: REPORT_VERSION,
    metatorch: packageVersion(),
    runs: all.runs,
    counts: countsOf(table),
    intervals: { unit: table.unitKind, ...draws },
    accuracy: accuracy(table),
    accuracyOverRuns: all.accuracyOverRuns,
    ...classScores(table, draws),
    confusions: confusions(table),
    calibration: calibration(table, draws),
    selective: selective(table, draws),
    outOfScope: outOfScope(table, draws),
    latency: latency(table, draws),
    lengths: lengthsOf(table, draws),
    groups: groupsOf(table, draws),
    hardest: hardest(table, most, texts),
  };
}

function countsOf({ queries, truth, answer, labels }: QueryTable): Report['counts'] {
  const outOfScope = truth.filter((label) => label === NONE).length;
  return {
    queries: queries.length,
    known: queries.length - outOfScope,
    outOfScope,
    refused: answer.filter((label) => label === NONE).length,
    episodes: new Set(queries.map(({ episode }) => episode)).size,
    labels: labels.length,
  };
}
