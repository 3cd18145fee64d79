import { types } from 'node:util';
import { array } from '../../check';
import { invalidArgument, outOfRange } from '../../errors';

/**
 * @throws ArgumentTypeError unless `texts` are arrays of 32-bit ids; ArgumentRangeError if one is empty, or
 *   longer than `most`
 */
export function requireIdLists(texts: readonly Int32Array[], most: number, operator: string): void {
  array(texts, 'lists of ids', 'texts', operator);
  for (let i = 0; i < texts.length; i++) {
    const ids: unknown = texts[i];
    const name = `texts[${i}] of ${operator}`;
    if (!types.isInt32Array(ids))
      throw invalidArgument('an Int32Array of ids', name, ids, operator);
    if (ids.length === 0 || ids.length > most) {
      throw outOfRange(`1 to ${most} ids`, name, ids, operator);
    }
  }
}
