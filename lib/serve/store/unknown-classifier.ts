import { ArgumentRangeError, describe } from '../../errors';

/** A name under which there is no classifier. */
export class UnknownClassifierError extends ArgumentRangeError {}

export function unknownClassifier(name: string): UnknownClassifierError {
  return new UnknownClassifierError(
    `Expected the name of a classifier that is here but received ${describe(name)}`,
  );
}
