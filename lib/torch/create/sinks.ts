import { isComplex, type TensorData } from '../dtype';

/** Where elements of one kind are collected. */
export type Sink = {
  readonly dtype: 'float64' | 'int64' | 'bool' | 'complex128';
  readonly array: TensorData;
  /** The kind it takes, for messages. */
  readonly expected: string;
  /** Puts an element at its place; false if it is of another kind. */
  readonly put: (value: unknown, at: number) => boolean;
};

/** A place for so many elements like this one; undefined for anything else. */
export function sinkFor(value: unknown, count: number): Sink | undefined {
  if (typeof value === 'number') return numberSink(count);
  if (typeof value === 'bigint') return bigintSink(count);
  if (typeof value === 'boolean') return booleanSink(count);
  return isComplex(value) ? complexSink(count) : undefined;
}

/** Numbers in float64, so that a later conversion to any dtype loses nothing. */
export function numberSink(count: number): Sink {
  const array = new Float64Array(count);
  const put = (value: unknown, at: number): boolean => {
    if (typeof value !== 'number') return false;
    array[at] = value;
    return true;
  };
  return { dtype: 'float64', array, expected: 'a number', put };
}

function bigintSink(count: number): Sink {
  const array = new BigInt64Array(count);
  const put = (value: unknown, at: number): boolean => {
    if (typeof value !== 'bigint') return false;
    array[at] = value;
    return true;
  };
  return { dtype: 'int64', array, expected: 'a bigint', put };
}

function booleanSink(count: number): Sink {
  const array = new Uint8Array(count);
  const put = (value: unknown, at: number): boolean => {
    if (typeof value !== 'boolean') return false;
    array[at] = Number(value);
    return true;
  };
  return { dtype: 'bool', array, expected: 'a boolean', put };
}

/** Complex numbers and numbers, after those numbers of `before` that came until now. */
export function complexSink(count: number, before?: TensorData, upTo = 0): Sink {
  const array = new Float64Array(2 * count);
  for (let i = 0; i < upTo; i++) array[2 * i] = Number(before?.[i]);
  const put = (value: unknown, at: number): boolean => {
    if (typeof value === 'number') {
      array[2 * at] = value;
      return true;
    }
    if (typeof value !== 'object' || value === null) return false;
    const { re, im } = value as { re?: unknown; im?: unknown };
    if (typeof re !== 'number' || typeof im !== 'number') return false;
    array[2 * at] = re;
    array[2 * at + 1] = im;
    return true;
  };
  return { dtype: 'complex128', array, expected: 'a number or { re, im }', put };
}
