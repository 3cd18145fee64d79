/**
 * The greatest of some numbers and of `least`; NaN if one is. `Math.max(...numbers)` throws a stack error for more
 * than about 120,000.
 */
export function greatest(numbers: Iterable<number>, least = -Infinity): number {
  let found = least;
  for (const number of numbers) found = Math.max(found, number);
  return found;
}

/** The smallest of some numbers and of `most`; NaN if one is. */
export function smallest(numbers: Iterable<number>, most = Infinity): number {
  let found = most;
  for (const number of numbers) found = Math.min(found, number);
  return found;
}

/** The place of the greatest number, of equals the first; 0 where there is none. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  }
  return best;
}
