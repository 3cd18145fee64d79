// IEEE 754 half precision and bfloat16 as raw bits, since Node.js 20 has no typed array of either.

import { invalidArgument } from '../../errors';
import { arrayName, isTensorData } from '../dtype';

const scratch = new DataView(new ArrayBuffer(4));

function floatOf(bits: number): number {
  scratch.setUint32(0, bits);
  return scratch.getFloat32(0);
}

function bitsOf(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

/** The numbers that float16 bits, as `data()` returns them, stand for. */
export function decodeFloat16(bits: Uint16Array): Float32Array {
  return Float32Array.from(bitsIn(bits, 'decodeFloat16'), (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/** Numbers as float16 bits, each rounded to the nearest, ties to even, as libtorch does. */
export function encodeFloat16(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(numbersIn(values, 'encodeFloat16'), (value) => {
    const single = Math.fround(value);
    if (Number.isNaN(single)) return 0x7e00;
    const sign = single < 0 || Object.is(single, -0) ? 0x8000 : 0;
    const size = Math.abs(single);
    // Halfway between the largest half and the next power of two, which is even.
    if (size >= 65520) return sign | 0x7c00;
    if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24);
    const exponent = (bitsOf(size) >>> 23) - 127;
    const fraction = roundToEven((size * 2 ** -exponent - 1) * 1024);
    // A fraction that rounds up to 1 carries into the exponent.
    return sign | (((exponent + 15) << 10) + fraction);
  });
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The numbers that bfloat16 bits, as `data()` returns them, stand for. */
export function decodeBfloat16(bits: Uint16Array): Float32Array {
  return Float32Array.from(bitsIn(bits, 'decodeBfloat16'), (upper) => floatOf((upper << 16) >>> 0));
}

/** Numbers as bfloat16 bits, each rounded to the nearest, ties to even, as libtorch does. */
export function encodeBfloat16(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(numbersIn(values, 'encodeBfloat16'), (value) => {
    if (Number.isNaN(value)) return 0x7fc0;
    const bits = bitsOf(value);
    return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  });
}

function numbersIn(values: ArrayLike<number>, operator: string): readonly number[] {
  if (!Array.isArray(values) && !isTensorData(values)) {
    throw invalidArgument('an array of numbers', 'values', values, operator);
  }
  return Array.from<number, number>(values, (value, i) => {
    if (typeof value === 'number') return value;
    throw invalidArgument('a number', `values[${i}]`, value, operator);
  });
}

function bitsIn(bits: unknown, operator: string): Uint16Array {
  if (isTensorData(bits) && arrayName(bits) === 'Uint16Array') return bits as Uint16Array;
  throw invalidArgument('a Uint16Array', 'bits', bits, operator);
}
