import { ArgumentTypeError, invalidArgument } from '../errors';

/** The options, of which none has a name that is not among the known ones. */
export function knownOptions<O extends object>(
  options: O,
  known: readonly (keyof O & string)[],
  operator: string,
): O {
  if (typeof options !== 'object' || options === null) {
    throw invalidArgument('an object', 'the options', options, operator);
  }
  for (const key of Object.keys(options)) {
    if ((known as readonly string[]).includes(key)) continue;
    throw new ArgumentTypeError(
      `${operator}: Unknown option ${key}; expected ${known.join(', ')}`,
      operator,
    );
  }
  return options;
}
