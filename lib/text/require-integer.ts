import { invalidArgument, outOfRange } from '../errors';

/**
 * Returns `value` if it is an integer in `[least, most]`.
 *
 * @throws ArgumentTypeError if it is no number; ArgumentRangeError if it is another number.
 */
export function requireInteger(
  value: unknown,
  name: string,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const expected =
    most === Number.MAX_SAFE_INTEGER
      ? `an integer of at least ${least}`
      : `an integer from ${least} to ${most}`;
  if (typeof value !== 'number') throw invalidArgument(expected, name, value);
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw outOfRange(expected, name, value);
  }
  return value;
}
