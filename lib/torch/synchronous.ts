import { ArgumentTypeError } from '../errors';

/**
 * The result of a function that runs in a mode. A mode holds only until the function returns, which
 * a promise's work would outlive.
 *
 * @throws ArgumentTypeError if the result is a promise
 */
export function synchronous<T>(result: T, operator: string): T {
  if (typeof (result as { then?: unknown } | null | undefined)?.then !== 'function') return result;
  throw new ArgumentTypeError(
    'Expected a synchronous function for fn but received one that returned a promise',
    operator,
  );
}
