import { checkOptions } from './options';
import type { Check } from './values';

/** Whether an option must be given, has a default, or may be missing. */
type Need = 'required' | 'default' | 'optional';

/** What is known of one option. */
export type Option<T, N extends Need = Need> = {
  readonly need: N;
  readonly check: Check<T>;
  readonly fallback?: T;
};

/** The options of a function by name; what the comment above each says shows where it is written. */
export type Schema = { readonly [name: string]: Option<unknown> };

/**
 * An option that must be given. `T` may say more than the check can see, as for
 * `required<TaskLoss>(callable)`.
 */
export function required<T>(check: Check<T>): Option<T, 'required'>;
export function required<T>(check: Check<unknown>): Option<T, 'required'>;
export function required(check: Check<unknown>): Option<unknown, 'required'> {
  return { need: 'required', check };
}

/** An option with a value that it has when it is left out. */
export function withDefault<T>(check: Check<T>, fallback: NoInfer<T>): Option<T, 'default'>;
export function withDefault<T>(check: Check<unknown>, fallback: T): Option<T, 'default'>;
export function withDefault(check: Check<unknown>, fallback: unknown): Option<unknown, 'default'> {
  return { need: 'default', check, fallback };
}

/** An option that may be missing. */
export function optional<T>(check: Check<T>): Option<T, 'optional'>;
export function optional<T>(check: Check<unknown>): Option<T, 'optional'>;
export function optional(check: Check<unknown>): Option<unknown, 'optional'> {
  return { need: 'optional', check };
}

type NamesOf<S extends Schema, N extends Need> = {
  [K in keyof S]: S[K] extends Option<unknown, N> ? K : never;
}[keyof S];

// Homomorphic, and kept so by `Pick`: else the comments on the schema's properties would be lost.
type ValuesOf<S extends Schema> = { [K in keyof S]: S[K] extends Option<infer T> ? T : never };

type Optional<V> = { [K in keyof V]?: V[K] | undefined };

/** The options as a caller writes them. */
export type OptionsOf<S extends Schema> = ValuesOf<Pick<S, NamesOf<S, 'required'>>> &
  Optional<ValuesOf<Pick<S, NamesOf<S, 'default' | 'optional'>>>>;

/** The same with their defaults filled in. */
export type ReadOptions<S extends Schema> = ValuesOf<Pick<S, NamesOf<S, 'required' | 'default'>>> &
  Optional<ValuesOf<Pick<S, NamesOf<S, 'optional'>>>>;

/**
 * The options with their defaults filled in. Those that are undefined count as left out.
 *
 * @throws ArgumentTypeError for options that are unknown, missing or of another type;
 *   ArgumentRangeError for values that are out of range
 */
export function readOptions<S extends Schema, O>(
  schema: S,
  options: O,
  operator: string,
): O & ReadOptions<S> {
  const all = checkOptions(options, Object.keys(schema), operator);
  // The options keep what their own type says beyond the schema.
  return readValues(schema, all, '', operator) as O & ReadOptions<S>;
}

/** The values that a schema names, checked and with defaults; `path` leads to the object that has them. */
export function readValues<S extends Schema>(
  schema: S,
  all: Readonly<Record<string, unknown>>,
  path: string,
  operator: string,
): ReadOptions<S> {
  const values: Record<string, unknown> = {};
  for (const [name, { need, check, fallback }] of Object.entries(schema)) {
    const given = all[name];
    if (given !== undefined || need === 'required') {
      values[name] = check(given, `${path}${name}`, operator);
    } else if (need === 'default') {
      values[name] = fallback;
    }
  }
  // Every value has passed the check of its own name, which TypeScript cannot follow through a loop.
  return values as ReadOptions<S>;
}
