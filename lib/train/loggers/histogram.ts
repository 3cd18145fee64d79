import type { Histogram } from './event-protos';

/** TensorFlow's limits: from 1e-12 on each a tenth greater than the one before, with 0 and as many below it. */
const POSITIVE = (() => {
  const limits: number[] = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) limits.push(limit);
  return limits;
})();
const LIMITS = [...POSITIVE.map((limit) => -limit).toReversed(), 0, ...POSITIVE, Number.MAX_VALUE];

/** How many finite numbers are in each interval; undefined if there are none. */
export function histogramOf(values: Iterable<number>): Histogram | undefined {
  const counts = new Float64Array(LIMITS.length);
  let [min, max, count, sum, sumOfSquares] = [Infinity, -Infinity, 0, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const at = firstAbove(value);
    counts[at] = (counts[at] ?? 0) + 1;
    min = Math.min(min, value);
    max = Math.max(max, value);
    count++;
    sum += value;
    sumOfSquares += value * value;
  }
  if (count === 0) return undefined;
  // TensorBoard takes the limit before the first one kept as its left end.
  const first = Math.max(0, counts.findIndex((many) => many > 0) - 1);
  const last = counts.findLastIndex((many) => many > 0) + 1;
  return {
    min,
    max,
    count,
    sum,
    sumOfSquares,
    limits: LIMITS.slice(first, last),
    counts: Array.from(counts.subarray(first, last)),
  };
}

/** The place of the first limit that is greater than a value. */
function firstAbove(value: number): number {
  let [low, high] = [0, LIMITS.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((LIMITS[middle] ?? Infinity) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
