import { RandomSource } from '../../text/random-source';
import type { Figure } from './figure';

/** How often each query counts: once, or as often as its unit was drawn. */
export type Weights = Float64Array;

/** Figures of weighted queries; NaN for one that has no value. */
export type Statistic = (weights: Weights) => ArrayLike<number>;

/** Each query counts once. */
export function once({ unit }: Pick<Units, 'unit'>): Weights {
  return new Float64Array(unit.length).fill(1);
}

export type ResampleOptions = {
  /** How many times all units are drawn again. */
  readonly resamples: number;
  readonly seed: number;
};

/** The units that are drawn, as `QueryTable` has them. */
export type Units = { readonly unit: Int32Array; readonly units: number };

const LOW = 0.025;
const HIGH = 0.975;

/**
 * Figures with 95 % intervals from the bootstrap: units are drawn with replacement, and the middle 95 % of what a
 * figure comes to are its interval. Units are episodes, since the queries of one share their examples. Null for
 * a figure that has no value; no interval where all draws come to the same. B. Efron: Bootstrap Methods: Another Look at the Jackknife, 1979.
 */
export function resampled(
  { unit, units }: Units,
  statistic: Statistic,
  { resamples, seed }: ResampleOptions,
): (Figure | null)[] {
  const weights = once({ unit });
  const values = Array.from(statistic(weights));
  if (units < 2) return values.map((value) => figureOf(value, []));
  const drawn = values.map(() => new Float64Array(resamples));
  const counts = new Uint32Array(units);
  const random = new RandomSource(seed);
  for (let round = 0; round < resamples; round++) {
    counts.fill(0);
    for (let i = 0; i < units; i++) {
      const one = random.below(units);
      counts[one] = (counts[one] ?? 0) + 1;
    }
    for (let i = 0; i < unit.length; i++) weights[i] = counts[unit[i] ?? 0] ?? 0;
    const again = statistic(weights);
    for (let i = 0; i < drawn.length; i++) {
      const column = drawn[i];
      if (column) column[round] = again[i] ?? Number.NaN;
    }
  }
  return values.map((value, i) => figureOf(value, drawn[i] ?? []));
}

function figureOf(value: number, drawn: ArrayLike<number>): Figure | null {
  if (Number.isNaN(value)) return null;
  const sorted = Float64Array.from(drawn)
    .filter((one) => !Number.isNaN(one))
    .sort();
  const [low, high] = [quantileOf(sorted, LOW), quantileOf(sorted, HIGH)];
  // Draws that most often have no value, or are all alike, such as of a class in one episode, say nothing.
  const isKnown = sorted.length > 0 && sorted.length >= drawn.length / 2 && low < high;
  return isKnown ? { value, low, high } : { value, low: null, high: null };
}

/** The quantile of sorted numbers, between two of them in proportion. */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return below + (above - below) * (at - Math.floor(at));
}
