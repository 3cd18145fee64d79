import { invalidArgument, outOfRange } from '../errors';
import { arrayName, type Complex, isTensorData, type TensorData } from './dtype';

/** Elements as nested arrays, a scalar for a tensor without dimensions. */
export type NestedArray<T> = T | NestedArray<T>[];

export type Element = number | bigint | boolean | Complex;

// V8 ends the process instead of making an array of its own that is much longer.
const MOST_ITEMS = 100_000_000;
// Nor does it survive many more arrays in arrays, and of a tensor without elements there may be any number.
const MOST_ARRAYS = 20_000_000;

/**
 * The elements of a typed array, as `data()` gives them, as nested arrays of that shape.
 *
 * @throws ArgumentRangeError if an array would be too long for V8
 */
export function nestElements(
  data: TensorData,
  dtype: string,
  shape: readonly number[],
): NestedArray<Element> {
  const longest = shape.find((size) => size > MOST_ITEMS);
  if (longest !== undefined) {
    const expected = `dimensions of at most ${MOST_ITEMS}; use data()`;
    throw outOfRange(expected, 'the shape', longest, 'tolist');
  }
  requireFewArrays(shape);
  const read = readerOf(data, dtype);
  let next = 0;
  const nest = (dim: number): NestedArray<Element> => {
    const length = shape[dim];
    if (length === undefined) return read(next++);
    const items: NestedArray<Element>[] = [];
    for (let i = 0; i < length; i++) items.push(nest(dim + 1));
    return items;
  };
  return nest(0);
}

function requireFewArrays(shape: readonly number[]): void {
  let arrays = 1;
  for (const size of shape.slice(0, -1)) {
    arrays *= size;
    if (arrays === 0) return;
    if (arrays <= MOST_ARRAYS) continue;
    throw outOfRange(`at most ${MOST_ARRAYS} arrays; use data()`, 'the shape', arrays, 'tolist');
  }
}

function readerOf(data: TensorData, dtype: string): (at: number) => Element {
  if (dtype === 'bool') return (at) => data[at] !== 0;
  if (!dtype.startsWith('complex')) return (at) => data[at] as number | bigint;
  return (at) => ({ re: data[2 * at] as number, im: data[2 * at + 1] as number });
}

/** Refuses anything but an array of that type and length to write elements into. */
export function requireTarget(target: TensorData, name: string, length: number): void {
  if (isTensorData(target) && arrayName(target) === name && target.length === length) return;
  const received = isTensorData(target) ? `a ${arrayName(target)} of ${target.length}` : target;
  throw invalidArgument(`a ${name} of ${length} elements`, 'target', received, 'data');
}

/** An index over all elements as one for every dimension, for example `[1, 0]`. */
export function placeAt(index: number, shape: readonly number[]): string {
  const parts: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    parts.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${parts.join(', ')}]`;
}
