import { invalidArgument } from '../../errors';

/** Returns `value` if what it holds can be had one after the other; what that is, the check of each says. */
export function iterable(value: unknown, name: string, operator: string): Iterable<unknown> {
  const isIterable =
    typeof value !== 'string' && typeof Object(value)[Symbol.iterator] === 'function';
  if (isIterable) return value as Iterable<unknown>;
  throw invalidArgument('queries one after the other', `${name} of ${operator}`, value, operator);
}
