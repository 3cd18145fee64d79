import { invalidArgument, outOfRange } from '../errors';

/**
 * @throws ArgumentTypeError if `values` is not an array of strings; ArgumentRangeError that names the first
 * repeated one.
 */
export function requireDistinct(values: readonly string[], name: string): void {
  if (!Array.isArray(values)) throw invalidArgument('an array of strings', name, values);
  const seen = new Set<string>();
  for (const value of values) {
    if (typeof value !== 'string') throw invalidArgument('strings', name, value);
    if (seen.has(value)) throw outOfRange('distinct strings', name, value);
    seen.add(value);
  }
}
