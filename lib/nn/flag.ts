import { invalidArgument } from '../errors';

/** Returns `value` if it is a boolean: a string such as 'false' would count as true. */
export function flag(value: unknown, name: string, operator: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalidArgument('a boolean', `${name} of ${operator}`, value, operator);
}
