import { ArgumentTypeError } from '../../errors';
import { estimate } from '../estimate';
import type { QueryPrediction } from '../report/query-prediction';
import { accuracy, unitAccuracies } from './accuracy';
import { calibrationStatistic } from './calibration';
import { classStatistic } from './class-scores';
import type { Figure } from './figure';
import { outOfScopeStatistic } from './out-of-scope';
import { knownPlaces, type QueryTable, queryTable } from './query-table';
import { type ResampleOptions, resampled, type Statistic } from './resample';

/** The same figure of two models, and by how much the second is greater. */
export type Difference = {
  readonly first: Figure | null;
  readonly second: Figure | null;
  /** Its interval is of the differences themselves, on the same queries: it is narrower than those of both. */
  readonly difference: Figure | null;
};

/** Which of two models is right, query by query. */
export type McNemar = {
  readonly both: number;
  readonly firstAlone: number;
  readonly secondAlone: number;
  readonly neither: number;
  /**
   * How probable so uneven a split between the two is if neither is better: the exact two-sided test. It takes
   * queries for independent. Quinn McNemar, Psychometrika 1947.
   */
  readonly p: number;
};

/** Two models on the same queries. */
export type PairedScores = {
  readonly queries: number;
  readonly accuracy: Difference;
  readonly macroF1: Difference;
  readonly ece: Difference;
  readonly logLoss: Difference;
  readonly auroc: Difference;
  readonly mcNemar: McNemar;
};

/**
 * Compares two models on the same queries. The difference in accuracy is that of the episodes, ± 1.96·s/√n; other
 * intervals, and all within a single episode, are from the bootstrap.
 *
 * @throws ArgumentTypeError that names the first query which is not the same in both
 */
export function paired(
  first: readonly QueryPrediction[],
  second: readonly QueryPrediction[],
  options: ResampleOptions,
): PairedScores {
  const [a, b] = [queryTable(first, 'paired'), queryTable(second, 'paired')];
  requireSame(a.queries, b.queries);
  const statistics = [a, b].map(figuresOf) as [Statistic, Statistic];
  const [own, other] = statistics.map((statistic) => resampled(a, statistic, options));
  const differences = resampled(a, differenceOf(...statistics), options);
  const at = (i: number): Difference => ({
    first: own?.[i] ?? null,
    second: other?.[i] ?? null,
    difference: differences[i] ?? null,
  });
  const known = knownPlaces(a);
  return {
    queries: a.queries.length,
    accuracy: {
      first: accuracy(a),
      second: accuracy(b),
      difference: accuracyDifference(a, b, known) ?? at(0).difference,
    },
    macroF1: at(1),
    ece: at(2),
    logLoss: at(3),
    auroc: at(4),
    mcNemar: mcNemar(a, b, known),
  };
}

/** Accuracy, macro F1, calibration error, log loss and AUROC. */
function figuresOf(table: QueryTable): Statistic {
  const known = knownPlaces(table);
  const [classes, calibrated, scopes] = [
    classStatistic(table),
    calibrationStatistic(table),
    outOfScopeStatistic(table),
  ];
  return (weights) => {
    let [hits, total] = [0, 0];
    for (const place of known) {
      hits += (weights[place] ?? 0) * (table.right[place] ?? 0);
      total += weights[place] ?? 0;
    }
    const { 0: macroF1 = Number.NaN } = classes(weights);
    const { 0: ece = Number.NaN, 2: logLoss = Number.NaN } = calibrated(weights);
    const { 0: auroc = Number.NaN } = scopes(weights);
    return [hits / total, macroF1, ece, logLoss, auroc];
  };
}

function differenceOf(first: Statistic, second: Statistic): Statistic {
  return (weights) => {
    const before = first(weights);
    return Array.from(second(weights), (value, i) => value - (before[i] ?? Number.NaN));
  };
}

function accuracyDifference(a: QueryTable, b: QueryTable, known: Uint32Array): Figure | undefined {
  if (a.unitKind === 'query') return undefined;
  const before = unitAccuracies(a, known);
  const differences = unitAccuracies(b, known).map((value, i) => value - (before[i] ?? 0));
  if (differences.length < 2) return undefined;
  const { mean, halfWidth } = estimate(differences);
  return { value: mean, low: mean - halfWidth, high: mean + halfWidth };
}

function mcNemar(a: QueryTable, b: QueryTable, known: Uint32Array): McNemar {
  const counts = [0, 0, 0, 0];
  for (const place of known) {
    const kind = 2 * (a.right[place] ?? 0) + (b.right[place] ?? 0);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  const [neither = 0, secondAlone = 0, firstAlone = 0, both = 0] = counts;
  return { both, firstAlone, secondAlone, neither, p: binomialTest(firstAlone, secondAlone) };
}

/** The chance that of `a + b` throws of a fair coin so few or fewer, or so many or more, fall on one side. */
function binomialTest(a: number, b: number): number {
  const n = a + b;
  const fewer = Math.min(a, b);
  let log = -n * Math.LN2;
  let tail = Math.exp(log);
  for (let i = 0; i < fewer; i++) {
    log += Math.log((n - i) / (i + 1));
    tail += Math.exp(log);
  }
  return Math.min(1, 2 * tail);
}

function requireSame(first: readonly QueryPrediction[], second: readonly QueryPrediction[]): void {
  for (let i = 0; i < Math.max(first.length, second.length); i++) {
    const [one, other] = [first[i], second[i]];
    const [own, others] = [keyOf(one), keyOf(other)];
    if (own !== others) {
      throw different(
        `the same queries in both`,
        `${own} in the first and ${others} in the second`,
      );
    }
    if (one?.label !== other?.label) {
      throw different(`the same label in both for ${own}`, `${one?.label} and ${other?.label}`);
    }
    if (!haveSameLabels(one, other)) {
      throw different(`the same choice of labels in both for ${own}`, 'different ones');
    }
  }
}

function haveSameLabels(one?: QueryPrediction, other?: QueryPrediction): boolean {
  const [own, others] = [one?.probabilities ?? {}, other?.probabilities ?? {}];
  const names = Object.keys(own);
  return (
    names.length === Object.keys(others).length &&
    names.every((name) => Object.hasOwn(others, name))
  );
}

function keyOf(query: QueryPrediction | undefined): string {
  if (query === undefined) return 'no more';
  const { episode, source, row } = query;
  return `episode ${episode}${source === undefined ? '' : ` of ${source}`}, row ${row}`;
}

function different(expected: string, received: string): ArgumentTypeError {
  return new ArgumentTypeError(`Expected ${expected} but received ${received}`, 'paired');
}
