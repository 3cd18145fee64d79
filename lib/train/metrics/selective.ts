import type { Figure } from './figure';
import { knownPlaces, type QueryTable } from './query-table';
import { once, type ResampleOptions, resampled, type Weights } from './resample';
import { thinned } from './thinned';

/** Coverages whose points are in every curve. */
export const COVERAGE_LEVELS = [0.5, 0.7, 0.8, 0.9, 0.95, 1];

/** What happens if only the surest answers are given. */
export type CoveragePoint = {
  /** Answers of at least this probability are given. */
  readonly threshold: number;
  /** The share of the queries that are answered then. */
  readonly coverage: number;
  /** The share of those answers that is wrong. */
  readonly risk: number;
};

/** How well the probability of an answer says whether it is right. */
export type Selective = {
  /**
   * The area under the curve, the mean risk over all coverages: Yonatan Geifman, Ran El-Yaniv: Selective
   * Classification for Deep Neural Networks, NIPS 2017.
   */
  readonly aurc: Figure | null;
  readonly curve: readonly CoveragePoint[];
};

/** Risk and coverage among the queries that have one of the labels. */
export function selective(table: QueryTable, options: ResampleOptions): Selective {
  const { confidence, guess, truth } = table;
  const order = knownPlaces(table).sort((a, b) => (confidence[b] ?? 0) - (confidence[a] ?? 0));
  const statistic = (weights: Weights) => {
    let [area, last] = [0, 0];
    for (const { coverage, risk } of points(weights)) {
      area += (coverage - last) * risk;
      last = coverage;
    }
    return [last === 0 ? Number.NaN : area];
  };
  const [aurc = null] = resampled(table, statistic, options);
  return { aurc, curve: thinned(points(once(table)), ({ coverage }) => coverage, COVERAGE_LEVELS) };

  function points(weights: Weights): CoveragePoint[] {
    const all = order.reduce((sum, place) => sum + (weights[place] ?? 0), 0);
    const list: CoveragePoint[] = [];
    let [answered, wrong] = [0, 0];
    for (let i = 0; i < order.length; i++) {
      const place = order[i] ?? 0;
      const weight = weights[place] ?? 0;
      answered += weight;
      if (guess[place] !== truth[place]) wrong += weight;
      const next = order[i + 1];
      const threshold = confidence[place] ?? 0;
      // Answers that are equally probable are given all or none.
      if (answered === 0 || (next !== undefined && confidence[next] === threshold)) continue;
      list.push({ threshold, coverage: answered / all, risk: wrong / answered });
    }
    return list;
  }
}
