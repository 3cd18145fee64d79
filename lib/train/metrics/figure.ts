/** A figure with its 95 % interval; `low` and `high` are null where there is too little data to say. */
export type Figure = {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
};

/** The quantile of a normal distribution that leaves 2.5 % above. */
export const Z = 1.96;

/**
 * A share of hits with its score interval, which few hits make wide, and none or all of them too: E. B. Wilson:
 * Probable Inference, the Law of Succession, and Statistical Inference, 1927. Undefined for a total of 0.
 */
export function share(hits: number, total: number): Figure | undefined {
  if (total === 0) return undefined;
  const value = hits / total;
  const scale = 1 + Z ** 2 / total;
  const middle = (value + Z ** 2 / (2 * total)) / scale;
  const half = (Z / scale) * Math.sqrt((value * (1 - value)) / total + Z ** 2 / (4 * total ** 2));
  // At the ends the sum and the difference are exact but for rounding.
  const low = hits === 0 ? 0 : middle - half;
  const high = hits === total ? 1 : middle + half;
  return { value, low, high };
}

/** The same figure with an interval that holds both of two. */
export function wider(one: Figure, other: Figure): Figure {
  const ends = (a: number | null, b: number | null, of: (...ab: number[]) => number) =>
    a === null || b === null ? (a ?? b) : of(a, b);
  return {
    value: one.value,
    low: ends(one.low, other.low, Math.min),
    high: ends(one.high, other.high, Math.max),
  };
}
