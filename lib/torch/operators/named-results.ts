/** The key under which results keep their names, so that a copy of them can have them too. */
const NAMES = Symbol('names of results');

/** Gives the results of an operator the names of its schema; the names are not enumerated. */
export function named(results: unknown[], names: readonly string[]): unknown[] {
  for (const [i, name] of names.entries()) {
    Object.defineProperty(results, name, { value: results[i], configurable: true });
  }
  return Object.defineProperty(results, NAMES, { value: names });
}

/** Gives a copy of an array with other elements the names that the array had. */
export function namedAs<T extends unknown[]>(copy: T, original: readonly unknown[]): T {
  const { [NAMES]: names }: { readonly [NAMES]?: unknown } = original as object;
  if (Array.isArray(names)) named(copy, names);
  return copy;
}
