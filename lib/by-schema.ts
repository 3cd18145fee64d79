import { z } from 'zod';
import { isBounded, MOST_LEVELS } from './check';
import { ArgumentTypeError } from './errors';

/**
 * What `schema` makes of an argument, for example of `a saved vocabulary`.
 *
 * @throws ArgumentTypeError that says where the value does not fit
 */
export function bySchema<S extends z.ZodType>(
  schema: S,
  value: unknown,
  expected: string,
  name: string,
  operator: string,
): z.output<S> {
  const result = isBounded(value) ? schema.safeParse(value) : undefined;
  if (result?.success) return result.data;
  const found =
    result === undefined
      ? `one with holes, or of more than ${MOST_LEVELS} levels`
      : z.prettifyError(result.error);
  throw new ArgumentTypeError(`Expected ${expected} for ${name}: ${found}`, operator);
}
