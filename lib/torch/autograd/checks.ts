import { ArgumentTypeError, invalidArgument, TorchError } from '../../errors';

/** What `walk`, which walks over a tree, returns; its errors say which argument that tree is. */
export function named<R>(name: string, operator: string, walk: () => R): R {
  try {
    return walk();
  } catch (error) {
    // A message with an operator's name already says where it comes from.
    if (!(error instanceof ArgumentTypeError) || error.operator !== undefined) throw error;
    throw new ArgumentTypeError(`${operator}: ${name}: ${error.message}`, operator);
  }
}

/** The error for a result that does not depend on an input although it must. */
export function independent(what: string, operator: string): TorchError {
  const advice = 'is it computed under noGrad, detached, or from other tensors?';
  const message = `${operator}: Expected ${what}, but it does not; ${advice}`;
  return new TorchError('ERR_TORCH_AUTOGRAD', message, { operator });
}

/** What a function with `hasAux` returns; `expected` is how messages write it. */
export function pairOf(result: unknown, expected: string, operator: string): readonly unknown[] {
  if (Array.isArray(result) && result.length === 2) return result;
  throw invalidArgument(expected, 'the result of fn', result, operator);
}
