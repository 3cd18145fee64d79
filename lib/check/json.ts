import { invalidArgument, outOfRange } from '../errors';
import { isBounded } from './bounded';
import { recordOf } from './objects';
import { isPlainObject } from './plain-object';
import { array, type Check, string } from './values';

/** A value that survives being written as JSON and read back. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Returns `value` if it is not undefined. */
export const anything: Check<unknown> = (value, name, operator) => {
  if (value !== undefined) return value;
  throw invalidArgument('a value', `${name} of ${operator}`, value, operator);
};

/** A check for one string, number or boolean and no other value. */
export function literal<const T extends string | number | boolean>(wanted: T): Check<T> {
  return (value, name, operator) => {
    if (value === wanted) return wanted;
    const expected = typeof wanted === 'string' ? `'${wanted}'` : String(wanted);
    throw outOfRange(expected, `${name} of ${operator}`, value, operator);
  };
}

/** A check for null, or what passes `check`. */
export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, name, operator) => (value === null ? null : check(value, name, operator));
}

/** A check for a string that a pattern matches; `expected` says which in words. */
export function matching(pattern: RegExp, expected: string): Check<string> {
  return (value, name, operator) => {
    if (pattern.test(string(value, name, operator))) return value as string;
    throw outOfRange(expected, `${name} of ${operator}`, value, operator);
  };
}

/** A check for an array of at least `least` items that pass `check`. Default: 0. */
export function listOf<T>(check: Check<T>, least = 0): Check<T[]> {
  return (value, name, operator) => {
    // What the items are, the check of each says.
    const items = array(value as readonly unknown[], 'values', name, operator);
    if (items.length < least) {
      throw outOfRange(`an array of at least ${least}`, `${name} of ${operator}`, value, operator);
    }
    return items.map((item, i) => check(item, `${name}[${i}]`, operator));
  };
}

/** A check for an array of as many items as there are checks, one for each. */
export function tupleOf<T extends readonly unknown[]>(
  ...checks: { readonly [I in keyof T]: Check<T[I]> }
): Check<T> {
  return (value, name, operator) => {
    const items = listOf(anything)(value, name, operator);
    if (items.length === checks.length) {
      // Each item has passed the check at its place.
      return items.map((item, i) => checks[i]?.(item, `${name}[${i}]`, operator)) as unknown as T;
    }
    const expected = `an array of length ${checks.length}`;
    throw outOfRange(expected, `${name} of ${operator}`, value, operator);
  };
}

/** Returns a copy of `value` if it is JSON of at most 500 levels. */
export function json(value: unknown, name: string, operator: string): Json {
  if (isBounded(value)) return jsonItem(value, name, operator);
  throw invalidArgument('JSON', `${name} of ${operator}`, value, operator);
}

/** Returns a copy of `value` if it is an object of JSON. */
export function jsonObject(value: unknown, name: string, operator: string): Record<string, Json> {
  if (isBounded(value)) return jsonItems(value, name, operator);
  throw invalidArgument('a JSON object', `${name} of ${operator}`, value, operator);
}

const jsonItems = recordOf(jsonItem);
const jsonList = listOf(jsonItem);

function jsonItem(value: unknown, name: string, operator: string): Json {
  const isPlain = value === null || typeof value === 'string' || typeof value === 'boolean';
  if (isPlain || Number.isFinite(value)) return value as Json;
  if (Array.isArray(value)) return jsonList(value, name, operator);
  if (isPlainObject(value)) return jsonItems(value, name, operator);
  throw invalidArgument('JSON', `${name} of ${operator}`, value, operator);
}
