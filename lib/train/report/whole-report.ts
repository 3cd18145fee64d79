import { isBounded, objectOf } from '../../check';
import { ArgumentTypeError, outOfRange } from '../../errors';

/**
 * What `make` makes of a report, a comparison or a model card, which may come from a file.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for something else, or for one that lacks a part
 */
export function ofWhole<T extends { readonly format: string }, R>(
  value: T,
  format: string,
  operator: string,
  make: (value: T) => R,
): R {
  const found: unknown = objectOf(value, 'report', operator).format;
  if (found !== format)
    throw outOfRange(`'${format}'`, `the format of ${operator}`, found, operator);
  if (!isBounded(value)) throw partial(format, 'holes or circles', operator);
  try {
    return make(value);
  } catch (error) {
    // What is missing or of another kind shows where it is used, as an error of the language.
    const isOfLanguage = error instanceof Error && !('code' in error);
    throw isOfLanguage ? partial(format, error.message, operator, error) : error;
  }
}

function partial(format: string, found: string, operator: string, cause?: Error): Error {
  const message = `Expected a whole ${format} for ${operator} but received one with a part missing or changed: ${found}`;
  return Object.assign(new ArgumentTypeError(message, operator), cause && { cause });
}
