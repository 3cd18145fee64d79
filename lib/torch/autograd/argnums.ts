import { ArgumentTypeError, describe } from '../../errors';
import type { Tree } from '../tree';

/** Which arguments of a function it is differentiated by: one, or several. */
export type Argnums = number | readonly number[];

/** The arguments at some places. */
export type Selected<A extends readonly unknown[], N extends Argnums> = N extends number
  ? A[N]
  : N extends readonly number[]
    ? { -readonly [I in keyof N]: N[I] extends number ? A[N[I]] : never }
    : never;

/** Refuses what names no arguments. */
export function checkedArgnums<N extends Argnums>(argnums: N, operator: string): N {
  const list: readonly unknown[] = Array.isArray(argnums) ? argnums : [argnums];
  const isPlace = (n: unknown): boolean =>
    typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;
  // Ends at the first hole, which `every` would pass over, and of which there may be 2³².
  const wrong = list.findIndex((n) => !isPlace(n));
  if (list.length > 0 && wrong < 0 && new Set(list).size === list.length) return argnums;
  throw new ArgumentTypeError(
    `Expected the place of an argument, from 0, or an array of different ones for argnums of ${operator} but received ${describe(wrong < 0 ? argnums : list[wrong])}`,
    operator,
    'argnums',
  );
}

/** The arguments to differentiate by, as one tree. */
export function selectArguments(
  args: readonly unknown[],
  argnums: Argnums,
  operator: string,
): Tree {
  const at = (n: number): Tree => {
    if (n < args.length) return args[n] as Tree;
    throw new ArgumentTypeError(
      `Expected the place of one of ${args.length} arguments for argnums of ${operator} but received ${n}`,
      operator,
      'argnums',
    );
  };
  return typeof argnums === 'number' ? at(argnums) : argnums.map(at);
}

/** The arguments with others in some places. */
export function withArguments<A extends readonly unknown[]>(
  args: A,
  argnums: Argnums,
  selected: Tree,
): A {
  const own: unknown[] = [...args];
  if (typeof argnums === 'number') own[argnums] = selected;
  else
    argnums.forEach((n, i) => {
      own[n] = (selected as readonly Tree[])[i];
    });
  return own as unknown as A;
}
