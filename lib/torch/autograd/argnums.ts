import { ArgumentTypeError, describe } from '../../errors';
import type { Tree } from '../tree';

/** Which arguments of a function it is differentiated by: one, or several; negative places count from the end. */
export type Argnums = number | readonly number[];

/** The arguments at some places. */
export type Selected<A extends readonly unknown[], N extends Argnums> = N extends number
  ? At<A, N>
  : N extends readonly number[]
    ? { -readonly [I in keyof N]: N[I] extends number ? At<A, N[I]> : never }
    : never;

/** The argument at one place: of `-1` the last. */
type At<A extends readonly unknown[], N extends number> = `${N}` extends `-${infer Place}`
  ? FromEnd<A, Place>
  : A[N];

/** The argument that is `Place` before the end, where `Passed` counts those that have been passed. */
type FromEnd<
  A extends readonly unknown[],
  Place extends string,
  Passed extends readonly unknown[] = [unknown],
> = A extends readonly [...infer Before, infer Last]
  ? `${Passed['length']}` extends Place
    ? Last
    : FromEnd<Before, Place, [...Passed, unknown]>
  : A[number];

/** Refuses what cannot name arguments of any function. */
export function checkedArgnums<N extends Argnums>(argnums: N, operator: string): N {
  const list: readonly unknown[] = Array.isArray(argnums) ? argnums : [argnums];
  // Ends at the first hole, which `every` would pass over, and of which there may be 2³².
  const wrong = list.findIndex((n) => !Number.isSafeInteger(n));
  if (list.length > 0 && wrong < 0 && areDifferent(list)) return argnums;
  throw invalidArgnums(
    'the place of an argument, or an array of different ones,',
    describe(wrong < 0 ? argnums : list[wrong]),
    operator,
  );
}

/** The places, from 0, that `argnums` names among so many arguments. */
export function argumentPlaces(argnums: Argnums, count: number, operator: string): Argnums {
  const placeOf = (n: number): number => {
    if (n >= -count && n < count) return n < 0 ? n + count : n;
    throw invalidArgnums(`the place of one of ${count} arguments`, String(n), operator);
  };
  if (typeof argnums === 'number') return placeOf(argnums);
  const places = argnums.map(placeOf);
  if (areDifferent(places)) return places;
  const expected = `the places of different arguments of ${count}`;
  throw invalidArgnums(expected, `[${argnums.join(', ')}]`, operator);
}

const areDifferent = (list: readonly unknown[]): boolean => new Set(list).size === list.length;

function invalidArgnums(expected: string, received: string, operator: string): ArgumentTypeError {
  const message = `Expected ${expected} for argnums of ${operator} but received ${received}`;
  return new ArgumentTypeError(message, operator, 'argnums');
}

/** The arguments at some places, as one tree. */
export function selectArguments(args: readonly unknown[], places: Argnums): Tree {
  const at = (n: number): Tree => args[n] as Tree;
  return typeof places === 'number' ? at(places) : places.map(at);
}

/** The arguments with others in some places. */
export function withArguments<A extends readonly unknown[]>(
  args: A,
  places: Argnums,
  selected: Tree,
): A {
  const own: unknown[] = [...args];
  if (typeof places === 'number') own[places] = selected;
  else
    places.forEach((n, i) => {
      own[n] = (selected as readonly Tree[])[i];
    });
  return own as unknown as A;
}
