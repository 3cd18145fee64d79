import type { Tensor } from '../torch';
import { numbersOf } from '../torch/compare';
import { placeAt } from '../torch/elements';
import type { CloseOptions } from './tolerances';

type Value = number | bigint;

/** Why two tensors are not the same or not close, in words; undefined if they are. */
export function difference(
  received: Tensor,
  expected: Tensor,
  close?: Required<CloseOptions>,
): string | undefined {
  if (received.dtype !== expected.dtype) {
    return `Expected dtype ${expected.dtype} but received ${received.dtype}`;
  }
  const shapes = [expected.shape, received.shape].map((shape) => `[${shape.join(', ')}]`);
  if (shapes[0] !== shapes[1]) return `Expected shape ${shapes[0]} but received ${shapes[1]}`;
  const isComplex = expected.dtype.startsWith('complex');
  return differingElements(numbersOf(received), numbersOf(expected), expected.shape, {
    width: isComplex ? 2 : 1,
    close,
  });
}

type Comparison = { readonly width: number; readonly close: Required<CloseOptions> | undefined };

function differingElements(
  received: ArrayLike<Value>,
  expected: ArrayLike<Value>,
  shape: readonly number[],
  { width, close }: Comparison,
): string | undefined {
  const count = expected.length / width;
  const [first, ...others] = Array.from({ length: count }, (_, i) => i).filter(
    (i) => !agree(at(received, i, width), at(expected, i, width), close),
  );
  if (first === undefined) return undefined;
  const place = placeAt(first, shape);
  const [wanted, found] = [expected, received].map((all) => at(all, first, width).map(written));
  const allowed = close ? ` (rtol ${close.rtol}, atol ${close.atol})` : '';
  return `${others.length + 1} of ${count} elements differ${allowed}, first at ${place}: expected ${wanted?.join(' + i·')} but received ${found?.join(' + i·')}`;
}

function at(values: ArrayLike<Value>, i: number, width: number): Value[] {
  return Array.from({ length: width }, (_, part) => values[i * width + part] ?? 0);
}

function agree(
  received: readonly Value[],
  expected: readonly Value[],
  close: Required<CloseOptions> | undefined,
): boolean {
  if (received.every((value, i) => Object.is(value, expected[i]))) {
    return close === undefined || close.equalNan || !received.some(Number.isNaN);
  }
  if (close === undefined) return false;
  // As numbers, also of 64 bits: a tolerance says that the last bits do not matter. Without one they do.
  if (typeof received[0] === 'bigint' && close.rtol === 0 && close.atol === 0) return false;
  const [a, b] = [received.map(Number), expected.map(Number)];
  if (close.equalNan && a.some(Number.isNaN) && b.some(Number.isNaN)) return true;
  if (a.every((value, i) => value === b[i])) return true;
  const distance = Math.hypot(...a.map((value, i) => value - (b[i] ?? 0)));
  return distance <= close.atol + close.rtol * Math.hypot(...b) && Number.isFinite(distance);
}

function written(value: Value): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
