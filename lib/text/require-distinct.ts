import { outOfRange } from '../errors';

/** @throws ArgumentRangeError that names the first repeated one of `values`. */
export function requireDistinct(values: readonly string[], name: string): void {
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) throw outOfRange('distinct strings', name, value);
    seen.add(value);
  }
}
