import { ArgumentTypeError, invalidArgument, TorchError } from '../../errors';
import { knownOptions } from '../check-options';

/** The options that are true or false, false where they are left out. */
export function flagsOf<K extends string>(
  options: { readonly [key in K]?: boolean },
  known: readonly K[],
  operator: string,
): Record<K, boolean> {
  const given = knownOptions(options, known, operator);
  const flags = known.map((name) => {
    const value: unknown = given[name] ?? false;
    if (typeof value !== 'boolean') throw invalidArgument('a boolean', name, value, operator);
    return [name, value] as const;
  });
  return Object.fromEntries(flags) as Record<K, boolean>;
}

/** What `walk`, which walks over a tree, returns; its errors say which argument that tree is. */
export function named<R>(name: string, operator: string, walk: () => R): R {
  try {
    return walk();
  } catch (error) {
    // What has an operator's name says already what it is about.
    if (!(error instanceof ArgumentTypeError) || error.operator !== undefined) throw error;
    throw new ArgumentTypeError(`${operator}: ${name}: ${error.message}`, operator);
  }
}

/** The error of a result that has no share of an input where it must have one. */
export function independent(what: string, operator: string): TorchError {
  const advice = 'is it computed under noGrad, detached, or from other tensors?';
  const message = `${operator}: Expected ${what}, but it does not; ${advice}`;
  return new TorchError('ERR_TORCH_AUTOGRAD', message, { operator });
}
