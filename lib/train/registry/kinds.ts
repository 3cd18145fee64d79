import { type Check, isPlainObject, type OptionsOf, type Schema, unknownName } from '../../check';
import { invalidArgument } from '../../errors';

/** What stands behind a name of a registry: at least a check of its options. */
export type Kind = { readonly check: Check<object> };

/**
 * A registry: kinds by name. Each is an interface of its own: declarations that speak of it then name it, where
 * they would repeat all options of all its kinds, which users' compilers read and npm packs.
 */
export type Kinds<T> = { readonly [K in keyof T]: Kind };

type OptionsIn<K> = K extends { readonly check: Check<infer O> } ? O : never;
type InputOf<K> = K extends { readonly check: { readonly schema: infer S extends Schema } }
  ? OptionsOf<S>
  : Partial<OptionsIn<K>>;

/** One kind and its options, with defaults. */
export type Chosen<T extends Kinds<T>> = {
  [K in keyof T & string]: { kind: K } & OptionsIn<T[K]>;
}[keyof T & string];

/** The same as one writes it: the name alone, or with options. */
export type Choice<T extends Kinds<T>> = {
  [K in keyof T & string]: K | ({ kind: K } & InputOf<T[K]>);
}[keyof T & string];

/** A check that knows the registry it chooses from, for whoever lists it. */
export type ChoiceCheck<T extends Kinds<T>> = Check<Chosen<T>> & { readonly kinds: T };

/**
 * A check for one kind of a registry: its name, or `{ kind, …options }`. Unknown names and options are
 * refused with the nearest there is.
 *
 * @param usual the kind of options that name none
 */
export function choiceOf<T extends Kinds<T>>(kinds: T, usual?: keyof T & string): ChoiceCheck<T> {
  const byName: Readonly<Record<string, Kind>> = kinds;
  const check: Check<Chosen<T>> = (value, name, operator) => {
    const { kind = usual, ...options } =
      typeof value === 'string' ? { kind: value } : asObject(value, name, operator);
    const found =
      typeof kind === 'string' && Object.hasOwn(byName, kind) ? byName[kind] : undefined;
    if (found === undefined) {
      const where = typeof value === 'string' ? name : `${name}.kind`;
      throw unknownName(Object.keys(kinds), kind, where, operator);
    }
    // The options have passed the check of this kind, which TypeScript cannot follow through an index.
    return { kind, ...found.check(options, name, operator) } as Chosen<T>;
  };
  return Object.assign(check, { kinds });
}

function asObject(value: unknown, name: string, operator: string): Record<string, unknown> {
  if (isPlainObject(value)) return value;
  const expected = 'a name, or { kind, … }';
  throw invalidArgument(expected, `${name} of ${operator}`, value, operator);
}

/** The options of a schema but for some, which a config cannot hold or which follow from the run. */
export function without<S extends Schema, K extends keyof S & string>(
  schema: S,
  ...names: readonly K[]
): Omit<S, K> {
  const left = Object.entries(schema).filter(([name]) => !names.some((one) => one === name));
  return Object.fromEntries(left) as Omit<S, K>;
}
