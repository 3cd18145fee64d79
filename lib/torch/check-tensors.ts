import { ArgumentRangeError, invalidArgument } from '../errors';
import { binding } from './binding';
import { handleOf } from './handle';
import { isTensor, type Tensor } from './tensor';
import { mapTree, type Tree } from './tree';

/** Returns `value` if it is a tensor. */
export function requireTensor(value: unknown, name: string, operator: string): Tensor {
  if (isTensor(value)) return value;
  throw invalidArgument('a tensor', `${name} of ${operator}`, value, operator);
}

/** @throws ArgumentTypeError for the first of the named arguments that is not a tensor */
export function requireTensors(values: Readonly<Record<string, Tensor>>, operator: string): void {
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (!isTensor(value)) throw invalidArgument('a tensor', name, value, operator);
  }
}

/** @throws ArgumentTypeError for what is not a tree of tensors */
export function requireTensorTree(tree: Tree): void {
  mapTree(([tensor]) => tensor, tree);
}

/** The shape of `value` if it is a tensor. */
export function shapeOf(value: unknown, name: string, operator: string): number[] {
  if (isTensor(value)) return value.shape;
  throw invalidArgument('a tensor', `the ${name} of ${operator}`, value, operator);
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

/** Whether every element of an int64 tensor, which has at least one, is in a range. */
export function allWithin(integers: Tensor, least: number, greatest: number): boolean {
  return binding.allWithin(handleOf(integers), least, greatest);
}

/** How many elements a tensor of a shape has. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((all, size) => all * size, 1);
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
