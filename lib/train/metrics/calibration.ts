import type { QueryPrediction } from '../report/query-prediction';
import { type Figure, share } from './figure';
import { knownPlaces, probabilityOf, type QueryTable } from './query-table';
import { type ResampleOptions, resampled, type Statistic, type Weights } from './resample';

const BINS = 15;

/** Answers that were given with about the same probability. */
export type ReliabilityBin = {
  /** Probabilities from here on; up to 1 in the last bin, and below `to` in others. */
  readonly from: number;
  readonly to: number;
  readonly queries: number;
  /** Their mean probability; null if there are none. */
  readonly confidence: number | null;
  /** The share of them that is right. */
  readonly accuracy: Figure | null;
};

/** How far probabilities can be taken at their word. */
export type Calibration = {
  /**
   * The expected calibration error over 15 bins of equal width: Chuan Guo, Geoff Pleiss, Yu Sun, Kilian Weinberger:
   * On Calibration of Modern Neural Networks, ICML 2017.
   */
  readonly ece: Figure | null;
  /** The mean of Σ (p − y)² over all labels: G. W. Brier, 1950. From 0 to 2. */
  readonly brier: Figure | null;
  /** The mean of −log p of the true label, in nats. A probability of 0 counts as 2⁻⁵². */
  readonly logLoss: Figure | null;
  readonly bins: readonly ReliabilityBin[];
};

/** Calibration of the queries that have one of the labels. */
export function calibration(table: QueryTable, options: ResampleOptions): Calibration {
  const { confidence, right } = answersOf(table, knownPlaces(table));
  const statistic = calibrationStatistic(table);
  const [ece = null, brier = null, logLoss = null] = resampled(table, statistic, options);
  return { ece, brier, logLoss, bins: binsOf(binned(confidence, right)) };
}

/** The expected calibration error, the Brier score and the log loss. */
export function calibrationStatistic(table: QueryTable): Statistic {
  const known = knownPlaces(table);
  const { confidence, right, brier, loss } = answersOf(table, known);
  return (all) => {
    const weights = Float64Array.from(known, (place) => all[place] ?? 0);
    return [errorOf(binned(confidence, right, weights)), mean(brier, weights), mean(loss, weights)];
  };
}

function answersOf(table: QueryTable, known: Uint32Array) {
  const { confidence, guess, truth, queries } = table;
  const column = (valueAt: (place: number) => number) => Float64Array.from(known, valueAt);
  return {
    confidence: column((place) => confidence[place] ?? 0),
    right: column((place) => (guess[place] === truth[place] ? 1 : 0)),
    brier: column((place) => brierOf(queries[place])),
    loss: column((place) => lossOf(queries[place])),
  };
}

function brierOf(query: QueryPrediction | undefined): number {
  return Object.entries(query?.probabilities ?? {}).reduce(
    (sum, [label, probability]) => sum + (probability - (label === query?.label ? 1 : 0)) ** 2,
    0,
  );
}

function lossOf(query: QueryPrediction | undefined): number {
  const probability = query === undefined ? 0 : probabilityOf(query, query.label);
  return -Math.log(Math.max(probability, Number.EPSILON));
}

/**
 * The expected calibration error of answers, NaN for none.
 *
 * @param confidence the probability of each answer
 * @param right 1 where it is right, else 0
 */
export function calibrationError(confidence: ArrayLike<number>, right: ArrayLike<number>): number {
  return errorOf(binned(confidence, right));
}

/** Sums over the answers of each bin. */
type Bins = { confidence: Float64Array; right: Float64Array; weight: Float64Array };

function binned(
  confidence: ArrayLike<number>,
  right: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Bins {
  const bins: Bins = {
    confidence: new Float64Array(BINS),
    right: new Float64Array(BINS),
    weight: new Float64Array(BINS),
  };
  for (let i = 0; i < confidence.length; i++) {
    const [p = 0, hit = 0, weight = 1] = [confidence[i], right[i], weights?.[i]];
    const bin = Math.min(Math.floor(p * BINS), BINS - 1);
    bins.confidence[bin] = (bins.confidence[bin] ?? 0) + weight * p;
    bins.right[bin] = (bins.right[bin] ?? 0) + weight * hit;
    bins.weight[bin] = (bins.weight[bin] ?? 0) + weight;
  }
  return bins;
}

function errorOf({ confidence, right, weight }: Bins): number {
  let gaps = 0;
  let total = 0;
  for (let bin = 0; bin < BINS; bin++) {
    gaps += Math.abs((right[bin] ?? 0) - (confidence[bin] ?? 0));
    total += weight[bin] ?? 0;
  }
  return gaps / total;
}

function binsOf({ confidence, right, weight }: Bins): ReliabilityBin[] {
  return Array.from(weight, (queries, bin) => ({
    from: bin / BINS,
    to: (bin + 1) / BINS,
    queries,
    confidence: queries === 0 ? null : (confidence[bin] ?? 0) / queries,
    accuracy: share(right[bin] ?? 0, queries) ?? null,
  }));
}

function mean(values: Float64Array, weights: Weights): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = weights[i] ?? 0;
    sum += weight * (values[i] ?? 0);
    total += weight;
  }
  return sum / total;
}
