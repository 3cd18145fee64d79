import { ArgumentTypeError } from '../errors';
import { isBounded, MOST_LEVELS } from './bounded';
import type { Check } from './values';

/**
 * What a check makes of an argument that is data with parts, for example of `a saved vocabulary`.
 *
 * @throws ArgumentTypeError that says where the value does not fit
 */
export function readData<T>(
  check: Check<T>,
  value: unknown,
  expected: string,
  name: string,
  operator: string,
): T {
  let found = `one with holes, or of more than ${MOST_LEVELS} levels`;
  if (isBounded(value)) {
    try {
      return check(value, name, operator);
    } catch (error) {
      found = error instanceof Error ? error.message : String(error);
    }
  }
  throw new ArgumentTypeError(`Expected ${expected} for ${name}: ${found}`, operator);
}
