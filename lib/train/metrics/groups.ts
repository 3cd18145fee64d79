import { compareCodePoints } from '../../text/code-point-order';
import type { QueryPrediction } from '../report/query-prediction';
import { type Figure, share, wider } from './figure';
import { NONE, placesWhere, type QueryTable } from './query-table';
import { type ResampleOptions, resampled, type Weights } from './resample';

/** Of fewer queries an accuracy says too little to call a group the worst. */
const ENOUGH = 10;

/** The accuracy among queries that have something in common. */
export type GroupAccuracy = {
  readonly value: string;
  readonly queries: number;
  readonly accuracy: Figure;
};

/** The accuracies of groups, and how fair they are. */
export type Groups = {
  /** What tells the groups apart: a column of the data. */
  readonly name: string;
  readonly groups: readonly GroupAccuracy[];
  /** Queries that are in none of the groups. */
  readonly without: number;
  /** The groups of the least and the greatest accuracy, among those of at least 10 queries. */
  readonly worst: string | null;
  readonly best: string | null;
  /** How far the accuracy of the worst is below that of the best; null unless there are two. */
  readonly gap: Figure | null;
};

/**
 * The accuracy of each group of the queries that have one of the labels, for every column that they name, and by
 * source of tasks where there are several.
 */
export function groupsOf(table: QueryTable, options: ResampleOptions): Groups[] {
  const columns = table.queries.map(columnsOf);
  const names = new Set(columns.flatMap((own) => [...own.keys()]));
  return [...names].sort(compareCodePoints).map((name) => {
    const groupOf = (place: number) => columns[place]?.get(name);
    return grouped(table, name, groupOf, compareCodePoints, options);
  });
}

function columnsOf({ source, groups = {} }: QueryPrediction): Map<string, string> {
  return new Map([
    ...(source === undefined ? [] : [['source', source] as const]),
    ...Object.entries(groups),
  ]);
}

/** Lengths up to so many characters, each about twice the one before. */
const LENGTHS = [20, 40, 80, 160, 320];

/** The accuracy by length of the text in characters; null if no query has a text or its length. */
export function lengthsOf(table: QueryTable, options: ResampleOptions): Groups | null {
  const names = LENGTHS.map((most, i) => `${(LENGTHS[i - 1] ?? -1) + 1} to ${most}`);
  const longest = `over ${LENGTHS.at(-1)}`;
  const order = [...names, longest];
  const groupOf = (place: number) => {
    const length = charactersOf(table, place);
    if (length === undefined) return undefined;
    return names[LENGTHS.findIndex((most) => length <= most)] ?? longest;
  };
  const inOrder = (a: string, b: string) => order.indexOf(a) - order.indexOf(b);
  const groups = grouped(table, 'characters', groupOf, inOrder, options);
  return groups.groups.length === 0 ? null : groups;
}

function charactersOf({ queries }: QueryTable, place: number): number | undefined {
  const { text, characters } = queries[place] ?? {};
  return text === undefined ? characters : [...text].length;
}

function grouped(
  table: QueryTable,
  name: string,
  groupOf: (place: number) => string | undefined,
  compare: (a: string, b: string) => number,
  options: ResampleOptions,
): Groups {
  const known = placesWhere(table, (place) => table.truth[place] !== NONE);
  const members = new Map<string, number[]>();
  let without = 0;
  for (const place of known) {
    const value = groupOf(place);
    const own = value === undefined ? undefined : members.get(value);
    if (value === undefined) without++;
    else if (own === undefined) members.set(value, [place]);
    else own.push(place);
  }
  const list = [...members].sort(([a], [b]) => compare(a, b));
  const accuracies = list.map(([, places]) => shareRight(table, places));
  const [worst, best] = endsOf(list, accuracies);
  const statistic = (weights: Weights) => {
    const own = list.map(([, places]) => weightedRight(table, places, weights));
    return [...own, (own[best] ?? Number.NaN) - (own[worst] ?? Number.NaN)];
  };
  const figures = resampled(table, statistic, options);
  const groups = list.flatMap(([value, places], i): GroupAccuracy[] => {
    const [figure, few] = [figures[i], accuracies[i]];
    if (!figure || few === undefined) return [];
    return [{ value, queries: places.length, accuracy: wider(figure, few) }];
  });
  const nameOf = (i: number) => list[i]?.[0] ?? null;
  const gap = figures[list.length] ?? null;
  return { name, groups, without, worst: nameOf(worst), best: nameOf(best), gap };
}

/** The places of the worst and the best group; −1 where fewer than two have enough queries. */
function endsOf(
  list: readonly (readonly [string, readonly number[]])[],
  accuracies: readonly (Figure | undefined)[],
): [number, number] {
  const enough = [...list.keys()].filter((i) => (list[i]?.[1].length ?? 0) >= ENOUGH);
  if (enough.length < 2) return [-1, -1];
  const accuracyAt = (i: number) => accuracies[i]?.value ?? 0;
  const worst = enough.reduce((a, b) => (accuracyAt(b) < accuracyAt(a) ? b : a));
  const best = enough.reduce((a, b) => (accuracyAt(b) > accuracyAt(a) ? b : a));
  // Of equally good groups, which is not the same one twice.
  return worst === best ? [worst, enough.find((i) => i !== worst) ?? -1] : [worst, best];
}

function shareRight({ right }: QueryTable, places: readonly number[]): Figure | undefined {
  return share(
    places.reduce((sum, place) => sum + (right[place] ?? 0), 0),
    places.length,
  );
}

function weightedRight({ right }: QueryTable, places: readonly number[], weights: Weights): number {
  let [hits, total] = [0, 0];
  for (const place of places) {
    const weight = weights[place] ?? 0;
    hits += weight * (right[place] ?? 0);
    total += weight;
  }
  return hits / total;
}
