import { invalidArgument, outOfRange } from '../errors';

/** Returns `value` if it is a number for which `fits` holds; `expected` says which in words. */
export function numberWhere(
  fits: (value: number) => boolean,
  expected: string,
  value: unknown,
  name: string,
  operator: string,
): number {
  const where = `${name} of ${operator}`;
  if (typeof value !== 'number') throw invalidArgument(expected, where, value, operator);
  if (!fits(value)) throw outOfRange(expected, where, value, operator);
  return value;
}

/** Returns `value` if it is a positive integer. */
export function positiveInteger(value: unknown, name: string, operator: string): number {
  const fits = (number: number) => Number.isSafeInteger(number) && number > 0;
  return numberWhere(fits, 'a positive integer', value, name, operator);
}

/** Returns `value` if it is an integer from `least` to `most`. Default: no greatest. */
export function integerFrom(
  least: number,
  value: unknown,
  name: string,
  operator: string,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const fits = (number: number) =>
    Number.isSafeInteger(number) && number >= least && number <= most;
  const expected =
    most === Number.MAX_SAFE_INTEGER
      ? `an integer of at least ${least}`
      : `an integer from ${least} to ${most}`;
  return numberWhere(fits, expected, value, name, operator);
}

/** A check for a number of things that are all made or done, however little there is to do them for. */
export function upTo(most: number) {
  return (value: unknown, name: string, operator: string): number =>
    integerFrom(1, value, name, operator, most);
}

// Timers of Node.js hold 31 bits, and fire at once for more.
const LONGEST_TIMER = 2 ** 31 - 1;

/** Returns `value` if it is a time that a timer can wait: a number of milliseconds from 0 on. */
export function delay(value: unknown, name: string, operator: string): number {
  const expected = `a number of milliseconds from 0 to ${LONGEST_TIMER}`;
  return numberWhere((x) => x >= 0 && x <= LONGEST_TIMER, expected, value, name, operator);
}

/** The same above 0. */
export function milliseconds(value: unknown, name: string, operator: string): number {
  const expected = `a number of milliseconds above 0, at most ${LONGEST_TIMER}`;
  return numberWhere((x) => x > 0 && x <= LONGEST_TIMER, expected, value, name, operator);
}

/** A check for a number of layers of a network: an integer from 1 to 1,000. */
export const layerCount = upTo(1000);

/** A check for a number of threads, or of what else runs at once: an integer from 1 to 1,024. */
export const atOnce = upTo(1024);

/** Returns `value` if it is a number of steps: an integer of at least 0. */
export function stepCount(value: unknown, name: string, operator: string): number {
  return integerFrom(0, value, name, operator);
}

/** Returns `value` if it is a finite number. */
export function finiteNumber(value: unknown, name: string, operator: string): number {
  return numberWhere(Number.isFinite, 'a finite number', value, name, operator);
}

/** Returns `value` if it is a finite number of at least 0. */
export function notNegative(value: unknown, name: string, operator: string): number {
  const fits = (number: number) => number >= 0 && number < Infinity;
  return numberWhere(fits, 'a number of at least 0', value, name, operator);
}

/** Returns `value` if it is above 0; infinity is. */
export function positiveNumber(value: unknown, name: string, operator: string): number {
  return numberWhere((number) => number > 0, 'a positive number', value, name, operator);
}

/** Returns `value` if it is a finite number above 0. */
export function positiveFinite(value: unknown, name: string, operator: string): number {
  const fits = (number: number) => number > 0 && number < Infinity;
  return numberWhere(fits, 'a positive finite number', value, name, operator);
}

/** Returns `value` if it is in [0, 1]. */
export function fraction(value: unknown, name: string, operator: string): number {
  const fits = (number: number) => number >= 0 && number <= 1;
  return numberWhere(fits, 'a number in [0, 1]', value, name, operator);
}

/** Returns `value` if it is in (0, 1). */
export function properFraction(value: unknown, name: string, operator: string): number {
  const fits = (number: number) => number > 0 && number < 1;
  return numberWhere(fits, 'a number in (0, 1)', value, name, operator);
}
