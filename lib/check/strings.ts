import { invalidArgument, outOfRange } from '../errors';
import { array, string } from './values';

/**
 * @throws ArgumentTypeError if `values` is not an array of strings; ArgumentRangeError that names the
 * first repeated one.
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

/**
 * The texts as they are now, for work that goes on later: whatever is done to the list meanwhile counts for nothing.
 *
 * @throws as `requireTexts`
 */
export function readTexts(texts: readonly string[], name: string, operator: string): string[] {
  requireTexts(texts, name, operator);
  return [...texts];
}

/** @throws ArgumentTypeError that says which, if `texts` is not an array of strings or has a hole */
export function requireTexts(texts: readonly string[], name: string, operator: string): void {
  // The first hole ends the loop, however many follow, and is named by its place.
  if (!Array.isArray(texts)) array(texts, 'strings', name, operator);
  for (let i = 0; i < texts.length; i++) {
    if (typeof texts[i] !== 'string') string(texts[i], `${name}[${i}]`, operator);
  }
}

/** Returns `value` if it is a string with something in it: an empty path would be the current folder. */
export function filled(value: unknown, name: string, operator: string): string {
  const given = string(value, name, operator);
  if (given !== '') return given;
  throw outOfRange('a string that is not empty', `${name} of ${operator}`, given, operator);
}
