import { ArgumentTypeError, invalidArgument, TorchError } from '../../errors';
import { knownOptions, requireBoolean } from '../check-options';

/** Refuses anything but a function. */
export function requireFunction(fn: unknown, operator: string): void {
  if (typeof fn !== 'function')
    throw invalidArgument('a function', `fn of ${operator}`, fn, operator);
}

/** The boolean options, false where they are left out. */
export function flagsOf<K extends string>(
  options: { readonly [key in K]?: boolean },
  known: readonly K[],
  operator: string,
): Record<K, boolean> {
  const given = knownOptions(options, known, operator);
  const flags = known.map((name) => {
    return [name, requireBoolean(given[name] ?? false, name, operator)] as const;
  });
  return Object.fromEntries(flags) as Record<K, boolean>;
}

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
