import { isPlainObject } from '../../../check';
import { ArgumentTypeError, invalidArgument } from '../../../errors';
import { namedAs } from '../../operators/named-results';
import { isTensor, type Tensor } from '../../tensor';

/** Stands for the n-th tensor of a value, which it does not keep alive. */
export class Place {
  constructor(readonly index: number) {}
}

export function isPlace(value: unknown): value is Place {
  return value instanceof Place;
}

/** The value with places for its tensors, in the order of `leaves`. */
export function placesOf(value: unknown): unknown {
  let count = 0;
  return replaceParts(value, isTensor, () => new Place(count++));
}

/** What `placesOf` was made of, with something else in each place. */
export function fillPlaces(places: unknown, at: (index: number) => unknown): unknown {
  return replaceParts(places, isPlace, ({ index }) => at(index));
}

/** A copy of arrays and plain objects with something else for their wanted parts. */
export function replaceParts<T>(
  value: unknown,
  isWanted: (value: unknown) => value is T,
  fn: (found: T) => unknown,
): unknown {
  if (isWanted(value)) return fn(value);
  if (!Array.isArray(value) && !isPlainObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    replaceParts(item, isWanted, fn),
  ]);
  // Not by `map`, which would look at every hole of an array.
  if (!Array.isArray(value)) return Object.fromEntries(entries);
  return namedAs(Object.assign(new Array(value.length), Object.fromEntries(entries)), value);
}

/** True where a value has a place. */
export function hasPlaces(value: unknown): boolean {
  if (isPlace(value)) return true;
  if (!Array.isArray(value) && !isPlainObject(value)) return false;
  return Object.values(value).some(hasPlaces);
}

/** As `fillPlaces`, with null for everything that has no place, such as numbers. */
export function onlyPlaces(places: unknown, at: (index: number) => Tensor | null): unknown {
  if (!hasPlaces(places)) return null;
  if (isPlace(places)) return at(places.index);
  const entries = Object.entries(Object(places)).map(([key, item]) => [key, onlyPlaces(item, at)]);
  return Array.isArray(places) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

/**
 * Calls `visit` with what a value has in each place, unless that is null or undefined, as a whole part of
 * it may be.
 *
 * @throws ArgumentTypeError where the value is not of the structure of the places, and where it has
 *   something that no place is for
 */
export function visitPlaces(
  places: unknown,
  value: unknown,
  name: string,
  operator: string,
  visit: (index: number, part: unknown, name: string) => void,
): void {
  if (value === null || value === undefined) return;
  if (isPlace(places)) {
    visit(places.index, value, name);
    return;
  }
  if (!hasPlaces(places)) throw invalidArgument('null, for no tensor,', name, value, operator);
  requireStructure(places, value, name, operator);
  for (const [key, part] of Object.entries(Object(places))) {
    visitPlaces(part, Reflect.get(Object(value), key), `${name} at '${key}'`, operator, visit);
  }
}

function requireStructure(places: unknown, value: unknown, name: string, operator: string): void {
  const isList = Array.isArray(places);
  if (isList ? !Array.isArray(value) : !isPlainObject(value)) {
    const expected = isList ? `an array of ${places.length}` : 'an object';
    throw invalidArgument(expected, name, value, operator);
  }
  const [expected, found] = [Object.keys(Object(places)), Object.keys(Object(value))];
  const missing = expected.find((key) => !found.includes(key) && hasPlaces(Object(places)[key]));
  const surplus = found.find((key) => !expected.includes(key));
  if (missing === undefined && surplus === undefined) return;
  const difference = missing === undefined ? `has '${surplus}' too` : `lacks '${missing}'`;
  throw new ArgumentTypeError(
    `${operator}: Expected '${expected.join("', '")}' for ${name}, which ${difference}`,
    operator,
    name,
  );
}
