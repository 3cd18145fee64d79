import { types } from 'node:util';
import { ArgumentTypeError, invalidArgument } from '../errors';
import { isPlainObject } from './plain-object';

/** True for what options are: a plain object, and no Proxy, which may answer anything. */
export function isOptions(value: unknown): value is Readonly<Record<string, unknown>> {
  return isPlainObject(value) && !types.isProxy(value);
}

/** Refuses options that are no plain object, and keys that are not among the known ones. */
export function checkOptions(options: unknown, known: readonly string[], operator: string): void {
  if (!isOptions(options)) {
    const expected = typeof options === 'object' && options ? 'a plain object' : 'an object';
    throw invalidArgument(expected, `the options of ${operator}`, options, operator);
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new ArgumentTypeError(
    `${operator}: Unknown option ${unknown}; expected ${known.join(', ')}`,
    operator,
  );
}

/** The options, of which none has a name that is not among the known ones. */
export function knownOptions<O extends object>(
  options: O,
  known: readonly (keyof O & string)[],
  operator: string,
): O {
  checkOptions(options, known, operator);
  return options;
}

/** The value of a flag. */
export function requireBoolean(value: unknown, name: string, operator: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalidArgument('a boolean', name, value, operator);
}

/** Refuses what cannot be called. */
export function requireFunction(fn: unknown, operator: string): void {
  if (typeof fn !== 'function')
    throw invalidArgument('a function', `fn of ${operator}`, fn, operator);
}

/** Refuses arguments beyond those that a function takes, which JavaScript would ignore. */
export function refuseSurplus(surplus: readonly unknown[], operator: string): void {
  if (surplus.length === 0) return;
  throw invalidArgument('no more arguments', operator, surplus[0], operator);
}
