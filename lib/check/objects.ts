import { ArgumentRangeError, ArgumentTypeError, describe, invalidArgument } from '../errors';
import { didYouMean } from '../nearest-name';
import { isPlainObject } from './plain-object';
import { type ReadOptions, readValues, type Schema } from './schema';
import type { Check } from './values';

/** What becomes of properties that a schema does not name. */
type Others = 'refused' | 'dropped' | 'kept';

/** A check for an object that has the properties of a schema and no others. */
export function strictObject<S extends Schema>(
  schema: S,
): Check<ReadOptions<S>> & { readonly schema: S } {
  const check: Check<ReadOptions<S>> = (value, name, operator) =>
    readObject(schema, value, 'refused', name, operator);
  return Object.assign(check, { schema });
}

/** A check for an object that has the properties of a schema; others are left out of the result. */
export function someProperties<S extends Schema>(schema: S): Check<ReadOptions<S>> {
  return (value, name, operator) => readObject(schema, value, 'dropped', name, operator);
}

/** A check for an object that has the properties of a schema; others stay as they are. */
export function looseObject<S extends Schema>(
  schema: S,
): Check<ReadOptions<S> & Readonly<Record<string, unknown>>> {
  return (value, name, operator) => readObject(schema, value, 'kept', name, operator);
}

/** One object of several kinds, which the property `K` tells apart. */
export type Variant<K extends string, V extends Readonly<Record<string, Schema>>> = {
  [N in keyof V & string]: { [P in K]: N } & ReadOptions<V[N]>;
}[keyof V & string];

/** A check for an object of one of several kinds; the property `key` says which, and others are refused. */
export function strictVariant<K extends string, V extends Readonly<Record<string, Schema>>>(
  key: K,
  variants: V,
): Check<Variant<K, V>> {
  return (value, name, operator) => readVariant(key, variants, value, 'refused', name, operator);
}

/** The same, but for properties that no schema names: they are left out of the result. */
export function someVariant<K extends string, V extends Readonly<Record<string, Schema>>>(
  key: K,
  variants: V,
): Check<Variant<K, V>> {
  return (value, name, operator) => readVariant(key, variants, value, 'dropped', name, operator);
}

function readVariant<K extends string, V extends Readonly<Record<string, Schema>>>(
  key: K,
  variants: V,
  value: unknown,
  others: Others,
  name: string,
  operator: string,
): Variant<K, V> {
  const { [key]: kind, ...rest } = plainObject(value, name, operator);
  const schema = typeof kind === 'string' && Object.hasOwn(variants, kind) && variants[kind];
  if (!schema) {
    throw unknownName(Object.keys(variants), kind, `${name}.${key}`, operator);
  }
  // The schema is that of the kind, which TypeScript cannot follow through an index.
  return { [key]: kind, ...readObject(schema, rest, others, name, operator) } as Variant<K, V>;
}

/** The error for what is none of some names; it says which one is most like it. */
export function unknownName(
  names: readonly string[],
  received: unknown,
  name: string,
  operator: string,
): ArgumentRangeError {
  const expected = names.map((one) => `'${one}'`).join(' or ');
  const hint = typeof received === 'string' ? didYouMean(received, names) : '';
  const where = `${name} of ${operator}`;
  return new ArgumentRangeError(
    `Expected ${expected} for ${where} but received ${describe(received)}${hint}`,
    operator,
    where,
  );
}

function readObject<S extends Schema>(
  schema: S,
  value: unknown,
  others: Others,
  name: string,
  operator: string,
): ReadOptions<S> {
  const all = plainObject(value, name, operator);
  const unknown =
    others === 'refused' && Object.keys(all).find((key) => !Object.hasOwn(schema, key));
  if (typeof unknown === 'string') {
    const names = Object.keys(schema);
    const expected = names.length === 0 ? 'no keys' : `only ${names.join(', ')}`;
    throw new ArgumentTypeError(
      `Expected ${expected} in ${name} of ${operator} but received ${unknown}${didYouMean(unknown, names)}`,
      operator,
      `${name}.${unknown} of ${operator}`,
    );
  }
  const values = readValues(schema, all, `${name}.`, operator);
  return others === 'kept' ? { ...all, ...values } : values;
}

/** A check for an object whose values all pass `check`, whatever their names. */
export function recordOf<T>(check: Check<T>): Check<Record<string, T>> {
  return (value, name, operator) => {
    const entries = Object.entries(plainObject(value, name, operator));
    return Object.fromEntries(
      entries.map(([key, item]) => [key, check(item, `${name}.${key}`, operator)]),
    );
  };
}

function plainObject(value: unknown, name: string, operator: string): Record<string, unknown> {
  if (isPlainObject(value)) return value;
  throw invalidArgument('an object', `${name} of ${operator}`, value, operator);
}
