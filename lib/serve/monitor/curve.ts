import { finiteNumber, required, stepCount, strictObject } from '../../check';

/** The items of a topic in a span of time. */
export const bucket = strictObject({
  /** When it begins, in milliseconds since 1970. */
  start: required(finiteNumber),
  items: required(stepCount),
  negative: required(stepCount),
});

export type Bucket = ReturnType<typeof bucket>;

/** Two weeks of hours. */
const MOST_BUCKETS = 336;

/** Counts an item; times never fall. @param curve is changed */
export function countInto(curve: Bucket[], time: number, negative: boolean, width: number): void {
  const start = Math.floor(time / width) * width;
  let last = curve.at(-1);
  if (last === undefined || last.start < start) {
    last = { start, items: 0, negative: 0 };
    curve.push(last);
    if (curve.length > MOST_BUCKETS) curve.shift();
  }
  last.items++;
  if (negative) last.negative++;
}
