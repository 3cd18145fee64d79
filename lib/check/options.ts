import { types } from 'node:util';
import { ArgumentTypeError, invalidArgument } from '../errors';
import { didYouMean } from '../nearest-name';
import { isPlainObject } from './plain-object';
import { flag } from './values';

/** True for a plain object that is not a Proxy, which could answer anything. */
export function isOptions(value: unknown): value is Readonly<Record<string, unknown>> {
  return isPlainObject(value) && !types.isProxy(value);
}

/** The options, after refusing what is not a plain object, and unknown keys. */
export function checkOptions(
  options: unknown,
  known: readonly string[],
  operator: string,
): Readonly<Record<string, unknown>> {
  if (!isOptions(options)) {
    const expected = typeof options === 'object' && options ? 'a plain object' : 'an object';
    throw invalidArgument(expected, `the options of ${operator}`, options, operator);
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return options;
  throw new ArgumentTypeError(
    `${operator}: Unknown option ${unknown}; expected ${known.join(', ')}${didYouMean(unknown, known)}`,
    operator,
    `${unknown} of ${operator}`,
  );
}

/** The options, checked to have known names alone. */
export function knownOptions<O extends object>(
  options: O,
  known: readonly (keyof O & string)[],
  operator: string,
): O {
  checkOptions(options, known, operator);
  return options;
}

/** The options that are true or false, false where they are left out. */
export function flagsOf<K extends string>(
  options: { readonly [key in K]?: boolean },
  known: readonly K[],
  operator: string,
): Record<K, boolean> {
  const given = knownOptions(options, known, operator);
  const flags: Partial<Record<K, boolean>> = {};
  for (const name of known) flags[name] = flag(given[name] ?? false, name, operator);
  return flags as Record<K, boolean>;
}

/** Refuses surplus arguments, which JavaScript would ignore. */
export function refuseSurplus(surplus: readonly unknown[], operator: string): void {
  if (surplus.length === 0) return;
  throw invalidArgument('no more arguments', operator, surplus[0], operator);
}
