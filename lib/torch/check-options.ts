import { ArgumentTypeError, invalidArgument } from '../errors';

/** Refuses options that are no object, and keys that are not among the known ones. */
export function checkOptions(options: unknown, known: readonly string[], operator: string): void {
  if (typeof options !== 'object' || options === null) {
    throw invalidArgument('an object', `the options of ${operator}`, options, operator);
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new ArgumentTypeError(
    `${operator}: Unknown option ${unknown}; expected ${known.join(', ')}`,
    operator,
  );
}

/** The options, of which none has a name that is not among the known ones. */
export function knownOptions<O extends object>(
  options: O,
  known: readonly (keyof O & string)[],
  operator: string,
): O {
  checkOptions(options, known, operator);
  return options;
}
