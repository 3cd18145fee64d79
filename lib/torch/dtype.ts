import { invalidArgument, TorchError } from '../errors';

/** Element types, by PyTorch's names. */
export const DTYPES = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
  'complex64',
  'complex128',
] as const;

/** Narrow element types that few operators compute in: convert them first. */
export const STORAGE_DTYPES = [
  'complex32',
  'float8_e4m3fn',
  'float8_e5m2',
  'float8_e4m3fnuz',
  'float8_e5m2fnuz',
  'float8_e8m0fnu',
] as const;

export type Dtype = (typeof DTYPES)[number] | (typeof STORAGE_DTYPES)[number];

/** A complex number, wherever a scalar is taken or returned. */
export type Complex = { re: number; im: number };

/**
 * A number for an operator. A `number` without a fraction counts as an integer, as its literal does
 * in Python, so `intTensor.mul(2)` stays an integer tensor.
 */
export type Scalar = number | bigint | boolean | Complex;

/** The typed arrays that hold elements. */
export type TensorData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

interface ArrayType {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): TensorData;
  readonly BYTES_PER_ELEMENT: number;
}

/** How elements are laid out in JavaScript: their array type and how many a value takes. */
export interface DataLayout {
  array: ArrayType;
  /** Array elements per tensor element: 2 for complex numbers (real, imaginary). */
  width: number;
}

const LAYOUTS: Readonly<Record<Dtype, DataLayout>> = {
  float32: { array: Float32Array, width: 1 },
  float64: { array: Float64Array, width: 1 },
  // No typed array of these in Node.js 20: the raw 16 bits.
  float16: { array: Uint16Array, width: 1 },
  bfloat16: { array: Uint16Array, width: 1 },
  int64: { array: BigInt64Array, width: 1 },
  int32: { array: Int32Array, width: 1 },
  int16: { array: Int16Array, width: 1 },
  int8: { array: Int8Array, width: 1 },
  uint8: { array: Uint8Array, width: 1 },
  uint16: { array: Uint16Array, width: 1 },
  uint32: { array: Uint32Array, width: 1 },
  uint64: { array: BigUint64Array, width: 1 },
  bool: { array: Uint8Array, width: 1 },
  complex64: { array: Float32Array, width: 2 },
  complex128: { array: Float64Array, width: 2 },
  // Likewise the raw bits: of two halves, and of 8 bits.
  complex32: { array: Uint16Array, width: 2 },
  float8_e4m3fn: { array: Uint8Array, width: 1 },
  float8_e5m2: { array: Uint8Array, width: 1 },
  float8_e4m3fnuz: { array: Uint8Array, width: 1 },
  float8_e5m2fnuz: { array: Uint8Array, width: 1 },
  float8_e8m0fnu: { array: Uint8Array, width: 1 },
};

/** The dtype in which JavaScript can read the elements of one whose data are raw bits. */
const READABLE: Readonly<Partial<Record<Dtype, Dtype>>> = {
  float16: 'float32',
  bfloat16: 'float32',
  complex32: 'complex64',
  float8_e4m3fn: 'float32',
  float8_e5m2: 'float32',
  float8_e4m3fnuz: 'float32',
  float8_e5m2fnuz: 'float32',
  float8_e8m0fnu: 'float32',
};

/** The dtype whose typed array holds the elements as numbers: mostly the dtype itself. */
export function readableDtype(dtype: Dtype): Dtype {
  return READABLE[dtype] ?? dtype;
}

const DTYPE_OF_ARRAY: Readonly<Record<string, Dtype>> = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  BigInt64Array: 'int64',
  BigUint64Array: 'uint64',
  Int32Array: 'int32',
  Int16Array: 'int16',
  Int8Array: 'int8',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Uint16Array: 'uint16',
  Uint32Array: 'uint32',
};

const typedArrayTag = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get;

const KNOWN: ReadonlySet<string> = new Set([...DTYPES, ...STORAGE_DTYPES]);

export function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && KNOWN.has(value);
}

export function checkDtype(value: unknown, name = 'dtype'): Dtype {
  if (isDtype(value)) return value;
  throw invalidArgument("a dtype such as 'float32' or 'int64'", name, value);
}

/** The least and the greatest value of an integer dtype; undefined for other dtypes. */
export function integerRange(dtype: Dtype): { min: bigint; max: bigint } | undefined {
  const found = /^(u?)int(\d+)$/.exec(dtype);
  if (found === null) return undefined;
  const bits = BigInt(found[2] ?? 0);
  if (found[1] === 'u') return { min: 0n, max: 2n ** bits - 1n };
  return { min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n };
}

/** @throws TorchError `ERR_TORCH_DTYPE` for dtypes of libtorch whose data JavaScript cannot hold */
export function layoutOf(dtype: Dtype): DataLayout {
  if (isDtype(dtype)) return LAYOUTS[dtype];
  const message = `Expected a dtype such as 'float32' but received ${dtype}; convert it first, a quantized tensor with dequantize()`;
  throw new TorchError('ERR_TORCH_DTYPE', message);
}

/** Bytes of one element. */
export function itemSize(dtype: Dtype): number {
  const { array, width } = layoutOf(dtype);
  return array.BYTES_PER_ELEMENT * width;
}

/**
 * Bytes of a dense tensor; undefined if its sizes, empty dimensions counted as one, come to 2^53
 * bytes or more: libtorch multiplies them into strides even where there are no elements.
 */
export function byteLength(dtype: Dtype, shape: readonly number[]): number | undefined {
  let extent = itemSize(dtype);
  for (const size of shape) {
    extent *= Math.max(size, 1);
    // The product of two exact integers is rounded only at or above 2^53.
    if (!Number.isSafeInteger(extent)) return undefined;
  }
  return shape.includes(0) ? 0 : extent;
}

export function isComplex(value: unknown): value is Complex {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Complex).re === 'number' &&
    typeof (value as Complex).im === 'number'
  );
}

/** PyTorch's short names of dtypes. */
export const SHORT_DTYPES = {
  double: 'float64',
  float: 'float32',
  half: 'float16',
  bfloat16: 'bfloat16',
  long: 'int64',
  int: 'int32',
  short: 'int16',
  char: 'int8',
  byte: 'uint8',
  bool: 'bool',
  cdouble: 'complex128',
  cfloat: 'complex64',
} as const satisfies Record<string, Dtype>;

/** True for a `Scalar`. */
export function isScalar(value: unknown): value is Scalar {
  const type = typeof value;
  return type === 'number' || type === 'bigint' || type === 'boolean' || isComplex(value);
}

/** True for typed arrays of any realm that can hold elements. */
export function isTensorData(value: unknown): value is TensorData {
  return ArrayBuffer.isView(value) && arrayName(value) in DTYPE_OF_ARRAY;
}

/** The dtype that a typed array's elements have. */
export function dtypeOfData(data: TensorData): Dtype {
  const dtype = DTYPE_OF_ARRAY[arrayName(data)];
  if (dtype === undefined) throw invalidArgument('a typed array', 'data', data);
  return dtype;
}

/** The bytes of a typed array, on its own memory. */
export function bytesOfData({ buffer, byteOffset, byteLength }: TensorData): Uint8Array {
  try {
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch {
    // Node.js 20 has no other way to ask.
    throw invalidArgument('memory that has not been detached', 'data', buffer);
  }
}

/** The name of a typed array's type, `DataView` of a view of bytes. */
export function arrayName(value: ArrayBufferView): string {
  // What the engine knows, not instanceof: arrays may come from another realm, and Buffer is a Uint8Array.
  return (typedArrayTag?.call(value) as string | undefined) ?? 'DataView';
}
