import { type Figure, share, wider } from './figure';
import { knownPlaces, NONE, placesWhere, type QueryTable } from './query-table';
import { once, type ResampleOptions, resampled, type Statistic, type Weights } from './resample';
import { thinned } from './thinned';

/** The share of known queries that are found, and to what price. */
const FOUND = 0.95;
/** Shares of known queries whose points are in every curve. */
export const KNOWN_LEVELS = [0.8, 0.9, 0.95, 0.99, 1];

/** What a threshold between familiar and strange queries does. */
export type ThresholdPoint = {
  /** Queries of at least this familiarity are taken as known. */
  readonly threshold: number;
  /** The share of the known queries that are taken as known. */
  readonly known: number;
  /** The share of those out of scope that are. */
  readonly outOfScope: number;
};

/** How well queries out of scope are told from others. */
export type OutOfScope = {
  readonly queries: number;
  /** Whether the model gave a familiarity; otherwise it is the greatest probability. */
  readonly ownFamiliarity: boolean;
  /** The chance that a known query is more familiar than one out of scope, ties counted half. */
  readonly auroc: Figure | null;
  /** The share of those out of scope that are taken as known where 95 % of the known are. */
  readonly fprAt95: Figure | null;
  /** The receiver operating characteristic, from nothing to everything being known. */
  readonly curve: readonly ThresholdPoint[];
  /** What the model answered: shares of queries that it took to be out of scope. */
  readonly refused: { readonly known: Figure | null; readonly outOfScope: Figure | null };
};

/** Null if no query is out of scope, or all are. */
export function outOfScope(table: QueryTable, options: ResampleOptions): OutOfScope | null {
  const { familiarity } = table;
  const { known, strange, isKnown } = scopesOf(table);
  if (strange.length === 0 || known.length === 0) return null;
  const statistic = outOfScopeStatistic(table);
  const [auroc = null, fprAt95 = null, own = null, others = null] = resampled(
    table,
    statistic,
    options,
  );
  const order = fromGreatest(familiarity);
  const steps = stepsOf(order, familiarity);
  const sweep = sweepOf(order, steps, isKnown, once(table));
  const points = pointsOf(sweep, steps, order, familiarity);
  return {
    queries: strange.length,
    ownFamiliarity: table.queries.some((query) => query.familiarity !== undefined),
    auroc,
    fprAt95,
    curve: thinned(points, ({ known: found }) => found, KNOWN_LEVELS),
    refused: {
      known: rateOf(own, known, table.answer),
      outOfScope: rateOf(others, strange, table.answer),
    },
  };
}

/** AUROC, the false positive rate, and the shares of known and strange queries that were refused. */
export function outOfScopeStatistic(table: QueryTable): Statistic {
  const { answer, familiarity } = table;
  const { known, strange, isKnown } = scopesOf(table);
  const order = fromGreatest(familiarity);
  const steps = stepsOf(order, familiarity);
  const rates = [known, strange].map((places) => {
    const refused = places.filter((place) => answer[place] === NONE);
    return (weights: Weights) => sumOver(refused, weights) / sumOver(places, weights);
  });
  return (weights) => {
    const sweep = sweepOf(order, steps, isKnown, weights);
    return [areaOf(sweep), fprOf(sweep), ...rates.map((rate) => rate(weights))];
  };
}

function scopesOf(table: QueryTable) {
  const { truth } = table;
  return {
    known: knownPlaces(table),
    strange: placesWhere(table, (place) => truth[place] === NONE),
    isKnown: Uint8Array.from(truth, (label) => (label === NONE ? 0 : 1)),
  };
}

function fromGreatest(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
}

/** The chance that a known text scores above a strange one, ties counted half. */
export function auroc(known: ArrayLike<number>, strange: ArrayLike<number>): number {
  const scores = Float64Array.from([...Array.from(known), ...Array.from(strange)]);
  const isKnown = Uint8Array.from(scores, (_, i) => (i < known.length ? 1 : 0));
  const order = fromGreatest(scores);
  const steps = stepsOf(order, scores);
  return areaOf(sweepOf(order, steps, isKnown, new Float64Array(scores.length).fill(1)));
}

/** How much of the known and of the strange is above each threshold. */
type Sweep = { known: Float64Array; strange: Float64Array };

/** Where in the order a run of equal scores ends. */
function stepsOf(order: Uint32Array, scores: Float64Array): Uint32Array {
  const isEnd = (_: number, i: number) =>
    i + 1 === order.length || scores[order[i] ?? 0] !== scores[order[i + 1] ?? 0];
  return Uint32Array.from(order, (_, i) => i + 1).filter((_, i) => isEnd(_, i));
}

function sweepOf(
  order: Uint32Array,
  steps: Uint32Array,
  isKnown: Uint8Array,
  weights: Weights,
): Sweep {
  const sweep = {
    known: new Float64Array(steps.length + 1),
    strange: new Float64Array(steps.length + 1),
  };
  let [known, strange, from] = [0, 0, 0];
  for (const [step, end] of steps.entries()) {
    for (; from < end; from++) {
      const place = order[from] ?? 0;
      if (isKnown[place]) known += weights[place] ?? 0;
      else strange += weights[place] ?? 0;
    }
    sweep.known[step + 1] = known;
    sweep.strange[step + 1] = strange;
  }
  return sweep;
}

/** By trapezoids, which count ties half. */
function areaOf({ known, strange }: Sweep): number {
  let area = 0;
  for (let i = 1; i < known.length; i++) {
    const width = (strange[i] ?? 0) - (strange[i - 1] ?? 0);
    area += (width * ((known[i] ?? 0) + (known[i - 1] ?? 0))) / 2;
  }
  return area / ((known.at(-1) ?? 0) * (strange.at(-1) ?? 0));
}

function fprOf({ known, strange }: Sweep): number {
  const wanted = FOUND * (known.at(-1) ?? 0);
  const step = known.findIndex((found) => found >= wanted);
  return (strange[step] ?? 0) / (strange.at(-1) ?? 0);
}

function pointsOf(
  { known, strange }: Sweep,
  steps: Uint32Array,
  order: Uint32Array,
  scores: Float64Array,
): ThresholdPoint[] {
  return Array.from(steps, (end, step) => ({
    threshold: scores[order[end - 1] ?? 0] ?? 0,
    known: (known[step + 1] ?? 0) / (known.at(-1) ?? 0),
    outOfScope: (strange[step + 1] ?? 0) / (strange.at(-1) ?? 0),
  }));
}

function rateOf(figure: Figure | null, places: Uint32Array, answer: Int32Array): Figure | null {
  const refused = places.filter((place) => answer[place] === NONE).length;
  const few = share(refused, places.length);
  return figure && few ? wider(figure, few) : null;
}

function sumOver(places: Uint32Array, weights: Weights): number {
  return places.reduce((sum, place) => sum + (weights[place] ?? 0), 0);
}
