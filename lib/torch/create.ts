import { ArgumentTypeError, invalidArgument } from '../errors';
import { binding } from './binding';
import {
  checkDtype,
  type Dtype,
  dtypeOfData,
  isTensorData,
  layoutOf,
  type TensorData,
} from './dtype';
import { type NestedArray, Tensor } from './tensor';

/** What `tensor()` makes a tensor of. */
export type TensorLike =
  | NestedArray<number>
  | NestedArray<bigint>
  | NestedArray<boolean>
  | TensorData;

export type TensorOptions = {
  /** Default: `float32` for numbers, `int64` for bigints, `bool` for booleans, or the array's own. */
  dtype?: Dtype;
  /** Default: `cpu`. */
  device?: string;
  /** The dimensions, for typed arrays. Default: one dimension. */
  shape?: readonly number[];
  /** Record operators on the tensor. Default: false. */
  requiresGrad?: boolean;
};

/**
 * A new tensor with a copy of the data: nested arrays, a scalar, or a typed array with a shape.
 *
 *     torch.tensor([[1, 2], [3, 4]]);
 *     torch.tensor(new Float32Array(6), { shape: [2, 3] });
 *
 * @throws ArgumentTypeError if arrays are ragged or mix types, or the shape does not fit
 */
export function tensor(data: TensorLike, options: TensorOptions = {}): Tensor {
  checkOptions(options);
  const made = isTensorData(data) ? fromData(data, options) : fromNested(data, options);
  const placed = options.device === undefined ? made : made.to(options.device);
  return options.requiresGrad === true ? placed.requiresGrad_() : placed;
}

const OPTIONS = ['dtype', 'device', 'shape', 'requiresGrad'];

function checkOptions(options: TensorOptions): void {
  const unknown = Object.keys(options).find((key) => !OPTIONS.includes(key));
  if (unknown === undefined) return;
  throw new ArgumentTypeError(
    `tensor: Unknown option ${unknown}; expected ${OPTIONS.join(', ')}`,
    'tensor',
  );
}

function fromData(data: TensorData, options: TensorOptions): Tensor {
  const own = dtypeOfData(data);
  const dtype = options.dtype === undefined ? own : checkDtype(options.dtype);
  const shape = options.shape ?? [data.length];
  const raw = layoutOf(dtype);
  const count = shape.reduce((product, size) => product * size, 1);
  // float16 and bfloat16 as raw bits, bool as bytes, complex numbers as pairs: no conversion.
  const bits = raw.array.name === `${data.constructor.name}` && dtype !== own;
  if (count * (bits ? raw.width : 1) !== data.length) {
    throw new ArgumentTypeError(
      `tensor: Expected ${count * (bits ? raw.width : 1)} elements for shape [${shape.join(', ')}] but received ${data.length}`,
      'tensor',
    );
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (bits || dtype === own) return new Tensor(binding.fromBytes(bytes, dtype, shape));
  return convert(new Tensor(binding.fromBytes(bytes, own, shape)), dtype);
}

function fromNested(data: unknown, options: TensorOptions): Tensor {
  if (options.shape !== undefined) {
    throw invalidArgument('a typed array', 'data when a shape is given', data, 'tensor');
  }
  const shape = shapeOf(data);
  const flat: unknown[] = [];
  flatten(data, shape, 0, flat);
  const made = fromFlat(flat, shape);
  if (options.dtype !== undefined) return convert(made, checkDtype(options.dtype));
  return made.dtype === 'float64' ? convert(made, 'float32') : made;
}

function fromFlat(flat: readonly unknown[], shape: readonly number[]): Tensor {
  const type = typeof (flat[0] ?? 0);
  const odd = flat.find((value) => typeof value !== type);
  if (odd !== undefined) throw invalidArgument(`a ${type}`, 'an element of data', odd, 'tensor');
  switch (type) {
    case 'number':
      // Through float64, so that a later conversion to float64 or int64 loses nothing.
      return fromArray(new Float64Array(flat as number[]), shape, 'float64');
    case 'bigint':
      return fromArray(new BigInt64Array(flat as bigint[]), shape, 'int64');
    case 'boolean':
      return fromArray(Uint8Array.from(flat as boolean[], Number), shape, 'bool');
    default:
      throw invalidArgument('a number, bigint or boolean', 'an element of data', flat[0], 'tensor');
  }
}

function fromArray(array: TensorData, shape: readonly number[], dtype: Dtype): Tensor {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return new Tensor(binding.fromBytes(bytes, dtype, shape));
}

function convert(made: Tensor, dtype: Dtype): Tensor {
  if (made.dtype === dtype) return made;
  const converted = made.to(dtype);
  made.dispose();
  return converted;
}

function shapeOf(data: unknown): number[] {
  const shape: number[] = [];
  for (let level = data; Array.isArray(level); level = level[0]) shape.push(level.length);
  return shape;
}

function flatten(data: unknown, shape: readonly number[], dim: number, flat: unknown[]): void {
  const length = shape[dim];
  if (length === undefined) {
    if (Array.isArray(data)) throw ragged(shape);
    flat.push(data);
    return;
  }
  if (!Array.isArray(data) || data.length !== length) throw ragged(shape);
  for (const item of data) flatten(item, shape, dim + 1, flat);
}

function ragged(shape: readonly number[]): ArgumentTypeError {
  return new ArgumentTypeError(
    `tensor: Expected arrays of one shape, [${shape.join(', ')}], but data is ragged`,
    'tensor',
  );
}
