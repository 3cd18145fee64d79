import { ArgumentRangeError, invalidArgument, outOfRange } from '../errors';
import { isTensor, type Tensor } from '../torch';

export { checkOptions } from '../torch/check-options';

/** Returns `value` if it is a positive integer. */
export function positiveInteger(value: unknown, name: string, operator: string): number {
  const fits = (number: number) => Number.isSafeInteger(number) && number > 0;
  return numberWhere(fits, 'a positive integer', value, name, operator);
}

/** Returns `value` if it is an integer from `least` to `most`. Default: no greatest. */
export function integerFrom(
  least: number,
  value: unknown,
  name: string,
  operator: string,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const fits = (number: number) =>
    Number.isSafeInteger(number) && number >= least && number <= most;
  const expected =
    most === Number.MAX_SAFE_INTEGER
      ? `an integer of at least ${least}`
      : `an integer from ${least} to ${most}`;
  return numberWhere(fits, expected, value, name, operator);
}

/** Returns `value` if it is a number for which `fits` holds; `expected` says which in words. */
export function numberWhere(
  fits: (value: number) => boolean,
  expected: string,
  value: unknown,
  name: string,
  operator: string,
): number {
  const where = `${name} of ${operator}`;
  if (typeof value !== 'number') throw invalidArgument(expected, where, value, operator);
  if (!fits(value)) throw outOfRange(expected, where, value, operator);
  return value;
}

/** Returns `value` if it is a finite number of at least 0. */
export function notNegative(value: unknown, name: string, operator: string): number {
  const fits = (number: number) => number >= 0 && number < Infinity;
  return numberWhere(fits, 'a number of at least 0', value, name, operator);
}

/** Returns `value` if it is a boolean: a string such as 'false' would count as true. */
export function flag(value: unknown, name: string, operator: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalidArgument('a boolean', `${name} of ${operator}`, value, operator);
}

/** Returns `value` if it is a string. */
export function string(value: unknown, name: string, operator: string): string {
  if (typeof value === 'string') return value;
  throw invalidArgument('a string', `${name} of ${operator}`, value, operator);
}

/** Returns `value` if it is an array; `of` says of what. */
export function array<T>(value: readonly T[], of: string, name: string, operator: string) {
  if (Array.isArray(value)) return value as readonly T[];
  throw invalidArgument(`an array of ${of}`, `${name} of ${operator}`, value, operator);
}

/** The shape of `value` if it is a tensor. */
export function shapeOf(value: unknown, name: string, operator: string): number[] {
  if (isTensor(value)) return value.shape;
  throw invalidArgument('a tensor', `the ${name} of ${operator}`, value, operator);
}

/** Returns `value` if it is an object, so that what it holds can be asked for. */
export function objectOf<T>(value: T, name: string, operator: string): T & object {
  if (typeof value === 'object' && value !== null) return value;
  throw invalidArgument('an object', `the ${name} of ${operator}`, value, operator);
}

/** Returns `value` if it has the methods of a layer. */
export function layerOf<L>(value: L, name: string, operator: string): L {
  const { init, apply }: { init?: unknown; apply?: unknown } = Object(value);
  if (typeof init === 'function' && typeof apply === 'function') return value;
  throw invalidArgument('a layer { init, apply }', `${name} of ${operator}`, value, operator);
}

/** The error for a tensor of the wrong shape; `expected` is for example `[..., 300]`. */
export function wrongShape(
  expected: string,
  name: string,
  shape: readonly number[],
  operator: string,
): ArgumentRangeError {
  return new ArgumentRangeError(
    `Expected ${expected} for the ${name} of ${operator} but received [${shape.join(', ')}]`,
    operator,
  );
}

/** A `[T, D]` tensor with dimensions of 1 put in, to meet a tensor `[T, …, D]` of `ndim` dimensions. */
export function alignTasks(perTask: Tensor, ndim: number): Tensor {
  const [tasks = 1, size = 1] = perTask.shape;
  return perTask.view([tasks, ...new Array<number>(Math.max(ndim - 2, 0)).fill(1), size]);
}
