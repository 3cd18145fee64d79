import { estimate } from '../estimate';
import { type Figure, share } from './figure';
import { knownPlaces, type QueryTable } from './query-table';

/**
 * The accuracy among queries that have one of the labels: the mean over episodes ± 1.96·s/√n, as `estimate` has
 * it. Of a single episode it is the share of right answers, with the interval of `share`. Null without such queries.
 */
export function accuracy(table: QueryTable): Figure | null {
  const known = knownPlaces(table);
  const values = unitAccuracies(table, known);
  if (table.unitKind === 'episode' && values.length > 1) {
    const { mean, halfWidth } = estimate(values);
    return { value: mean, low: mean - halfWidth, high: mean + halfWidth };
  }
  const hits = known.reduce((sum, place) => sum + (table.right[place] ?? 0), 0);
  return share(hits, known.length) ?? null;
}

/** The accuracy in each unit that has some of the queries. */
export function unitAccuracies(table: QueryTable, places: Uint32Array): number[] {
  const hits = new Float64Array(table.units);
  const totals = new Float64Array(table.units);
  for (const place of places) {
    const unit = table.unit[place] ?? 0;
    hits[unit] = (hits[unit] ?? 0) + (table.right[place] ?? 0);
    totals[unit] = (totals[unit] ?? 0) + 1;
  }
  return [...hits].flatMap((sum, unit) => {
    const total = totals[unit] ?? 0;
    return total === 0 ? [] : [sum / total];
  });
}
