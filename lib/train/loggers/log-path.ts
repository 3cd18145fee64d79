import { string } from '../../check';
import { outOfRange } from '../../errors';

/** Returns `value` if it can name a file. */
export function pathOf(value: unknown, name: string, operator: string): string {
  const path = string(value, name, operator);
  if (path !== '') return path;
  throw outOfRange('the name of a file', `${name} of ${operator}`, path, operator);
}
