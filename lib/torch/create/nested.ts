import { ArgumentTypeError, invalidArgument, outOfRange } from '../../errors';
import { elementCount } from '../check-tensors';
import type { Element } from '../elements';
import { complexSink, numberSink, type Sink, sinkFor } from './sinks';

/** Nested arrays as one typed array. */
export type Nested = { readonly shape: readonly number[] } & Pick<Sink, 'dtype' | 'array'>;

/** The names for errors, and a further check of each element. */
export type Reading = {
  readonly name: string;
  readonly operator: string;
  /** Throws if an element is refused; `place` names it, for example `data[1][0]`. */
  readonly check?: (value: Element, place: () => string) => void;
};

// More than any tensor has, and few enough to detect an array that holds itself.
const MOST_DIMENSIONS = 64;

/**
 * Reads nested arrays, or a scalar, of one shape and one kind of element: numbers, of which some may be
 * complex, bigints or booleans. Each element is read once.
 *
 * @throws ArgumentTypeError naming the place of an invalid element (undefined, null, a hole, …) or
 *   of another kind, if the arrays are ragged, or if one holds itself
 */
export function readNested(data: unknown, reading: Reading): Nested {
  const { name, operator, check } = reading;
  const shape = shapeOf(data, reading);
  const count = elementCount(shape);
  const indices = shape.map(() => 0);
  const place = (): string => `${name}${indices.map((index) => `[${index}]`).join('')}`;
  let sink: Sink | undefined;
  let at = 0;
  const add = (value: unknown): void => {
    sink ??= allocated(() => sinkFor(value, count), count, reading);
    if (sink === undefined) {
      throw invalidArgument('a number, bigint, boolean or { re, im }', place(), value, operator);
    }
    let added = sink.put(value, at);
    if (!added && sink.dtype === 'float64') {
      const pairs = complexSink(count, sink.array, at);
      added = pairs.put(value, at);
      if (added) sink = pairs;
    }
    if (!added) throw invalidArgument(sink.expected, place(), value, operator);
    check?.(value as Element, place);
    at++;
  };
  walk(data, shape, indices, 0, reading, add);
  const { dtype, array } = sink ?? numberSink(0);
  return { shape, dtype, array };
}

function shapeOf(data: unknown, { name, operator }: Reading): number[] {
  const shape: number[] = [];
  for (let level = data; Array.isArray(level); level = level[0]) {
    if (shape.length === MOST_DIMENSIONS) {
      throw new ArgumentTypeError(
        `${operator}: Expected at most ${MOST_DIMENSIONS} dimensions for ${name} but received more, or an array that holds itself`,
        operator,
      );
    }
    shape.push(level.length);
  }
  return shape;
}

function walk(
  data: unknown,
  shape: readonly number[],
  indices: number[],
  dim: number,
  reading: Reading,
  add: (value: unknown) => void,
): void {
  const length = shape[dim];
  if (length === undefined) {
    if (Array.isArray(data)) throw ragged(shape, reading);
    add(data);
    return;
  }
  if (!Array.isArray(data) || data.length !== length) throw ragged(shape, reading);
  for (let i = 0; i < length; i++) {
    indices[dim] = i;
    walk(data[i], shape, indices, dim + 1, reading, add);
  }
}

// V8 has a limit to the length of typed arrays.
function allocated<T>(allocate: () => T, count: number, { name, operator }: Reading): T {
  try {
    return allocate();
  } catch {
    throw outOfRange('fewer elements', name, count, operator);
  }
}

function ragged(shape: readonly number[], { name, operator }: Reading): ArgumentTypeError {
  return new ArgumentTypeError(
    `${operator}: Expected arrays of one shape, [${shape.join(', ')}], but ${name} is ragged`,
    operator,
  );
}
