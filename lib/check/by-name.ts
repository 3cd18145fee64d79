import { ArgumentTypeError, invalidArgument } from '../errors';
import { checkOptions, isOptions } from './options';

/**
 * Arguments that are given as Python takes them, by position, by name in an object at the end, or some each way:
 * all by their names. What is left out is not there.
 *
 * @param positional the names of those that have a place, in their order
 * @param named the names of those that have none
 * @throws ArgumentTypeError for unknown names, too many arguments, and one that is given twice
 */
export function byName<K extends string>(
  args: readonly unknown[],
  positional: readonly K[],
  named: readonly K[],
  operator: string,
): Partial<Record<K, unknown>> {
  const last = args.at(-1);
  const options = isOptions(last) ? last : {};
  const given = isOptions(last) ? args.slice(0, -1) : args;
  checkOptions(options, [...positional, ...named], operator);
  if (given.length > positional.length) {
    throw invalidArgument('no more arguments', operator, given[positional.length], operator);
  }
  const found: Partial<Record<string, unknown>> = { ...options };
  for (const [i, value] of given.entries()) {
    const name = positional[i] ?? '';
    if (value === undefined) continue;
    if (Object.hasOwn(options, name)) {
      const message = `${operator}: Received ${name} both by position and by name`;
      throw new ArgumentTypeError(message, operator, name);
    }
    found[name] = value;
  }
  return found as Partial<Record<K, unknown>>;
}
