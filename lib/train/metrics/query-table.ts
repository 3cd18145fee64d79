import { ArgumentTypeError, outOfRange } from '../../errors';
import { greatest } from '../../extremes';
import { compareCodePoints } from '../../text/code-point-order';
import type { QueryPrediction } from '../report/query-prediction';

/** No label: the query is out of scope, or was taken to be. */
export const NONE = -1;

/** Queries and answers as columns of numbers, one a query. */
export type QueryTable = {
  readonly queries: readonly QueryPrediction[];
  /** The names of all labels of all episodes, in the order of their code points. */
  readonly labels: readonly string[];
  /** The number of the true label; −1 out of scope. */
  readonly truth: Int32Array;
  /** The number of the label that was answered; −1 if the query was taken to be out of scope. */
  readonly answer: Int32Array;
  /** 1 where the answer is the true label; out of scope, 1 where that was the answer. */
  readonly right: Uint8Array;
  /** The number of the label that was answered, or would have been: the most probable one. */
  readonly guess: Int32Array;
  /** The probability of that label. */
  readonly confidence: Float64Array;
  /** How sure the model is that the query has one of the labels. */
  readonly familiarity: Float64Array;
  /** What is drawn again for intervals: the episode of each query, or the query itself if there is but one. */
  readonly unit: Int32Array;
  readonly units: number;
  readonly unitKind: 'episode' | 'query';
};

/**
 * @throws ArgumentRangeError if there is no query; ArgumentTypeError if some have a familiarity and others none,
 *   which no threshold would tell apart
 */
export function queryTable(given: readonly QueryPrediction[], operator: string): QueryTable {
  if (given.length === 0) throw outOfRange('at least one query', 'queries', given, operator);
  // Their order means nothing, and shall not move intervals either.
  const queries = given.toSorted(compareQueries);
  const names = new Set<string>();
  for (const { probabilities } of queries)
    for (const name of Object.keys(probabilities)) names.add(name);
  const labels = [...names].sort(compareCodePoints);
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const numberOf = (label: string | null) => (label === null ? NONE : (numbers.get(label) ?? NONE));
  const guesses = queries.map(guessOf);
  return {
    queries,
    labels,
    truth: Int32Array.from(queries, ({ label }) => numberOf(label)),
    answer: Int32Array.from(queries, ({ predicted }) => numberOf(predicted)),
    right: Uint8Array.from(queries, ({ label, predicted }) => (label === predicted ? 1 : 0)),
    guess: Int32Array.from(guesses, numberOf),
    confidence: Float64Array.from(queries, (query, i) => probabilityOf(query, guesses[i] ?? null)),
    familiarity: familiarities(queries, operator),
    ...unitsOf(queries),
  };
}

/** Orders queries by episode, source and row. */
export function compareQueries(a: QueryPrediction, b: QueryPrediction): number {
  return (
    a.episode - b.episode ||
    compareCodePoints(a.source ?? '', b.source ?? '') ||
    compareRows(a.row, b.row)
  );
}

/** Numbers come before names. */
function compareRows(a: number | string, b: number | string): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
  return typeof b === 'number' ? 1 : compareCodePoints(a, b);
}

/** The probability that a query's episode gave to a label; 0 for one that it did not have. */
export function probabilityOf({ probabilities }: QueryPrediction, label: string | null): number {
  return label !== null && Object.hasOwn(probabilities, label) ? (probabilities[label] ?? 0) : 0;
}

/** The places of queries of which `fits` holds. */
export function placesWhere(table: QueryTable, fits: (place: number) => boolean): Uint32Array {
  return Uint32Array.from(table.queries.keys()).filter(fits);
}

/** The places of queries that have one of the labels. */
export function knownPlaces(table: QueryTable): Uint32Array {
  return placesWhere(table, (place) => table.truth[place] !== NONE);
}

/** Of labels that are equally probable, the first by code point: the order in a file means nothing. */
function guessOf({ predicted, probabilities }: QueryPrediction): string {
  if (predicted !== null) return predicted;
  let best = '';
  let most = -1;
  for (const [label, probability] of Object.entries(probabilities)) {
    if (probability < most || (probability === most && compareCodePoints(label, best) > 0))
      continue;
    [best, most] = [label, probability];
  }
  return best;
}

function familiarities(queries: readonly QueryPrediction[], operator: string): Float64Array {
  const given = queries.filter(({ familiarity }) => familiarity !== undefined).length;
  if (given !== 0 && given !== queries.length) {
    throw new ArgumentTypeError(
      `Expected a familiarity for all queries or none but received ${given} for ${queries.length}`,
      operator,
    );
  }
  return Float64Array.from(
    queries,
    ({ familiarity, probabilities }) => familiarity ?? greatest(Object.values(probabilities)),
  );
}

function unitsOf(
  queries: readonly QueryPrediction[],
): Pick<QueryTable, 'unit' | 'units' | 'unitKind'> {
  const numbers = new Map<number, number>();
  const unit = Int32Array.from(queries, ({ episode }) => {
    const number = numbers.get(episode) ?? numbers.size;
    numbers.set(episode, number);
    return number;
  });
  if (numbers.size > 1) return { unit, units: numbers.size, unitKind: 'episode' };
  return { unit: Int32Array.from(queries.keys()), units: queries.length, unitKind: 'query' };
}
