import {
  positiveInteger,
  readOptions,
  required,
  stepCount,
  string,
  withDefault,
} from '../../check';
import { outOfRange } from '../../errors';
import { greatest, smallest } from '../../extremes';
import { compareCodePoints } from '../../text/code-point-order';
import type { QueryPrediction } from '../report/query-prediction';
import { type Figure, share, wider } from './figure';
import { type QueryTable, queryTable } from './query-table';
import { resampled, type Weights } from './resample';

const OPTIONS = {
  /** The column of the queries' `groups` that says who is who. */
  group: required(string),
  /** The answer that matters, such as a label that opens or closes a door. */
  label: required(string),
  /** Draws for the intervals. Default: 1,000. */
  resamples: withDefault(positiveInteger, 1000),
  /** Default: 0. */
  seed: withDefault(stepCount, 0),
};

export type FairnessOptions = {
  group: string;
  label: string;
  resamples?: number | undefined;
  seed?: number | undefined;
};

/** How a group fares with regard to a label. Null where it has no such query. */
export type GroupRates = {
  readonly value: string;
  readonly queries: number;
  /** The share that is answered by the label. */
  readonly selected: Figure | null;
  /** The share of those who have the label that gets it. */
  readonly truePositive: Figure | null;
  /** The share of those who have another one that gets it. */
  readonly falsePositive: Figure | null;
};

/** Rates by group, and how far apart they are: the greatest less the least. */
export type Fairness = {
  readonly group: string;
  readonly label: string;
  readonly groups: readonly GroupRates[];
  /** Queries that are in none of the groups. */
  readonly without: number;
  /** Of `selected`, 0 for demographic parity. Null unless two groups have the rate. */
  readonly parityGap: Figure | null;
  /** Of `truePositive`, 0 for equal opportunity. */
  readonly opportunityGap: Figure | null;
  /** Of `falsePositive`; with the one before 0 for equalized odds. */
  readonly falsePositiveGap: Figure | null;
};

/**
 * Whether a label is given to groups alike, with 95 % intervals. Moritz Hardt, Eric Price, Nati Srebro: Equality of
 * Opportunity in Supervised Learning, NIPS 2016. Gaps are never below 0, so that chance alone makes some: look at the
 * lower end of the interval, and at how few queries a group has.
 *
 * @throws ArgumentRangeError for queries without the group or the label
 */
export function fairness(queries: readonly QueryPrediction[], options: FairnessOptions): Fairness {
  const { group, label, ...drawing } = readOptions(OPTIONS, options, 'fairness');
  const table = queryTable(queries, 'fairness');
  const number = table.labels.indexOf(label);
  if (number < 0) {
    throw outOfRange('a label of the queries', 'label of fairness', label, 'fairness');
  }
  const groupAt = (place: number): string | undefined => table.queries[place]?.groups?.[group];
  const places = [...table.queries.keys()];
  const values = [...new Set(places.flatMap((place) => groupAt(place) ?? []))];
  if (values.length === 0) {
    throw outOfRange('a column of the groups', 'group of fairness', group, 'fairness');
  }
  const lists = values.sort(compareCodePoints).map((value) => ({
    value,
    rates: ratesOf(table, number, (place) => groupAt(place) === value),
  }));
  const statistic = (weights: Weights): number[] => {
    const rates = lists.map((list) => list.rates.map((one) => weighted(one, weights)));
    return [...rates.flat(), ...[0, 1, 2].map((k) => gapOf(rates.map((own) => own[k])))];
  };
  const figures = resampled(table, statistic, drawing);
  const gaps = figures.slice(-3);
  return {
    group,
    label,
    groups: lists.map(({ value, rates }, i) => {
      const own = rates.map((one, k) => figureOf(figures[3 * i + k], one));
      const [selected = null, truePositive = null, falsePositive = null] = own;
      return { value, queries: rates[0]?.of.length ?? 0, selected, truePositive, falsePositive };
    }),
    without: places.filter((place) => groupAt(place) === undefined).length,
    parityGap: gaps[0] ?? null,
    opportunityGap: gaps[1] ?? null,
    falsePositiveGap: gaps[2] ?? null,
  };
}

/** The places of queries, and those of them that got the label. */
type Rate = { of: number[]; hits: number[] };

function ratesOf(
  { queries, truth, answer }: QueryTable,
  label: number,
  isIn: (place: number) => boolean,
): Rate[] {
  const own = [...queries.keys()].filter(isIn);
  const parts = [
    own,
    own.filter((place) => truth[place] === label),
    own.filter((place) => truth[place] !== label),
  ];
  return parts.map((of) => ({ of, hits: of.filter((place) => answer[place] === label) }));
}

function weighted({ of, hits }: Rate, weights: Weights): number {
  const sum = (places: readonly number[]) =>
    places.reduce((all, place) => all + (weights[place] ?? 0), 0);
  return sum(hits) / sum(of);
}

function gapOf(rates: readonly (number | undefined)[]): number {
  const known = rates.flatMap((rate) => (rate === undefined || Number.isNaN(rate) ? [] : [rate]));
  return known.length < 2 ? Number.NaN : greatest(known) - smallest(known);
}

/** A rate whose interval allows for few queries. */
function figureOf(figure: Figure | null | undefined, { of, hits }: Rate): Figure | null {
  const few = share(hits.length, of.length);
  return figure && few ? wider(figure, few) : null;
}
