import { ArgumentTypeError } from '../errors';

/** True for promises, also of other realms and libraries. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as Partial<PromiseLike<T>>).then === 'function';
}

/**
 * The result of a function that runs in a mode. A mode holds only until the function returns, which
 * a promise's work would outlive. That the promise may be rejected later, often since its function goes on
 * outside of the mode, is then nobody's to handle: it would end the process after the error was caught.
 *
 * @throws ArgumentTypeError if the result is a promise
 */
export function synchronous<T>(result: T, operator: string): T {
  if (!isPromise(result)) return result;
  result.then(undefined, () => {});
  throw new ArgumentTypeError(
    'Expected a synchronous function for fn but received one that returned a promise',
    operator,
  );
}
