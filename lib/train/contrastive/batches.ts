import type { RandomSource } from '../../text/random-source';

/** The rows of examples by label, in the order of the labels' numbers. */
export type RowsByLabel = readonly (readonly number[])[];

export function rowsByLabel(y: readonly number[]): RowsByLabel {
  const rows = new Map<number, number[]>();
  for (const [row, label] of y.entries()) {
    const own = rows.get(label);
    if (own === undefined) rows.set(label, [row]);
    else own.push(row);
  }
  return [...rows].sort(([a], [b]) => a - b).map(([, own]) => own);
}

/**
 * Rows for a batch of a contrast: two of each label, of as many labels as there is room for. Labels and their
 * rows are drawn without replacement; one of a single row has that one.
 */
export function contrastBatch(labels: RowsByLabel, size: number, random: RandomSource): number[] {
  const count = Math.min(labels.length, Math.max(2, Math.floor(size / 2)));
  // Few labels have room for more of each.
  const each = Math.max(2, Math.floor(size / count));
  return random
    .sample([...labels.keys()], count)
    .flatMap((label) => takeOf(labels[label] ?? [], each, random));
}

function takeOf(rows: readonly number[], most: number, random: RandomSource): number[] {
  return random.sample(rows, Math.min(most, rows.length));
}

/** Two rows, and whether they are of one label. */
export type Pair = readonly [one: number, other: number, same: boolean];

/**
 * `count` pairs of rows, half of them of one label and half of two, as SetFit oversamples them. A label counts
 * by its rows; one with a single row is in pairs of two labels alone.
 *
 * @param labels at least two
 */
export function contrastPairs(labels: RowsByLabel, count: number, random: RandomSource): Pair[] {
  const places = labels.flatMap((rows, label) => rows.map((row) => ({ row, label, rows })));
  const several = places.filter(({ rows }) => rows.length > 1);
  return Array.from({ length: count }, (_, i): Pair => {
    const same = i % 2 === 0 && several.length > 0;
    const one = pick(same ? several : places, random);
    const candidates = same ? one.rows.map((row) => ({ ...one, row })) : places;
    for (;;) {
      const other = pick(candidates, random);
      const fits = same ? other.row !== one.row : other.label !== one.label;
      if (fits) return [one.row, other.row, same];
    }
  });
}

function pick<T>(items: readonly T[], random: RandomSource): T {
  const [item] = random.sample(items, 1);
  if (item === undefined) throw new RangeError('Expected examples');
  return item;
}
