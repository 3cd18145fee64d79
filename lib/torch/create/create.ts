import { ArgumentTypeError, invalidArgument, outOfRange, TorchError } from '../../errors';
import { binding } from '../binding';
import {
  bytesOfData,
  type Complex,
  checkDtype,
  type Dtype,
  dtypeOfData,
  integerRange,
  isComplex,
  isTensorData,
  layoutOf,
  type TensorData,
} from '../dtype';
import { type NestedArray, Tensor } from '../tensor';
import { shareArray } from './share-array';

/** What `tensor()` makes a tensor of. */
export type TensorLike =
  | NestedArray<number>
  | NestedArray<bigint>
  | NestedArray<boolean>
  | NestedArray<number | Complex>
  | TensorData;

export type TensorOptions = {
  /**
   * Default: `float32` for numbers, `int64` for bigints, `bool` for booleans, `complex64` for
   * `{ re, im }`, or the typed array's own.
   */
  dtype?: Dtype;
  /** Default: `cpu`. */
  device?: string;
  /** The dimensions, for typed arrays. Default: one dimension. */
  shape?: readonly number[];
  /** Record operators on the tensor. Default: false. */
  requiresGrad?: boolean;
  /**
   * Work on the typed array's own memory instead of a copy: what is written on either side is seen
   * on the other, though autograd does not notice what JavaScript writes. The memory, also a
   * `SharedArrayBuffer`'s, stays alive as long as a tensor or graph uses it. If the `ArrayBuffer` is
   * detached (transferred to another thread, or grown by WebAssembly), its tensors are refused with
   * `ERR_TORCH_DISPOSED` from then on. Default: false.
   */
  share?: boolean;
};

/**
 * A new tensor with a copy of the data: nested arrays, a scalar, or a typed array with a shape. With
 * `share` it works on the typed array's memory.
 *
 *     torch.tensor([[1, 2], [3, 4]]);
 *     torch.tensor(new Float32Array(6), { shape: [2, 3] });
 *     torch.tensor(pixels, { shape: [3, 224, 224], share: true });
 *
 * A number without a fraction makes float32 as any other: what a tensor holds does not depend on the
 * values that happen to be in it. Integers are bigints, or numbers with an integer `dtype`.
 *
 * @throws ArgumentTypeError if arrays are ragged or mix types, the shape does not fit, or `share` is
 *   given what it cannot be: nested arrays, or memory that is detached or can change its size
 * @throws ArgumentRangeError if a number does not fit an integer dtype
 * @throws TorchError `ERR_TORCH_DTYPE` or `ERR_TORCH_DEVICE` if `share` would have to convert or move
 */
export function tensor(data: TensorLike, options: TensorOptions = {}): Tensor {
  checkOptions(options);
  const made = isTensorData(data) ? fromData(data, options) : fromNested(data, options);
  const placed =
    options.device === undefined || options.share === true ? made : made.to(options.device);
  return options.requiresGrad === true ? placed.requiresGrad_() : placed;
}

const OPTIONS = ['dtype', 'device', 'shape', 'requiresGrad', 'share'];

function checkOptions(options: TensorOptions): void {
  const unknown = Object.keys(options).find((key) => !OPTIONS.includes(key));
  if (unknown !== undefined) {
    throw new ArgumentTypeError(
      `tensor: Unknown option ${unknown}; expected ${OPTIONS.join(', ')}`,
      'tensor',
    );
  }
  const { share = false, device = 'cpu' } = options;
  if (typeof share !== 'boolean') throw invalidArgument('a boolean', 'share', share, 'tensor');
  if (!share || device === 'cpu') return;
  throw new TorchError(
    'ERR_TORCH_DEVICE',
    `tensor: Expected device 'cpu' when share is true but received '${device}'`,
    { operator: 'tensor' },
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
  const keeps = bits || dtype === own;
  if (options.share === true) {
    if (keeps) return shareArray(data, dtype, shape);
    throw new TorchError(
      'ERR_TORCH_DTYPE',
      `tensor: Expected dtype ${own}, which the array holds, when share is true but received ${dtype}`,
      { operator: 'tensor' },
    );
  }
  const made = fromArray(data, shape, keeps ? dtype : own);
  return keeps ? made : convert(made, dtype);
}

function fromNested(data: unknown, options: TensorOptions): Tensor {
  if (options.shape !== undefined || options.share === true) {
    const reason = options.share === true ? 'share is true' : 'a shape is given';
    throw invalidArgument('a typed array', `data when ${reason}`, data, 'tensor');
  }
  const shape = shapeOf(data);
  const flat: unknown[] = [];
  flatten(data, shape, 0, flat);
  const dtype = options.dtype === undefined ? undefined : checkDtype(options.dtype);
  checkIntegers(flat, dtype);
  const made = fromFlat(flat, shape);
  if (dtype !== undefined) return convert(made, dtype);
  if (made.dtype === 'complex128') return convert(made, 'complex64');
  return made.dtype === 'float64' ? convert(made, 'float32') : made;
}

function checkIntegers(flat: readonly unknown[], dtype: Dtype | undefined): void {
  const wanted = dtype ?? (typeof flat[0] === 'bigint' ? 'int64' : 'float32');
  const range = integerRange(wanted);
  if (range === undefined) return;
  const odd = flat.find((value) => {
    if (typeof value !== 'bigint' && typeof value !== 'number') return false;
    return !(value >= range.min && value <= range.max);
  });
  if (odd === undefined) return;
  throw outOfRange(`${range.min} to ${range.max}, as ${wanted} holds,`, 'an element of data', odd);
}

function fromFlat(flat: readonly unknown[], shape: readonly number[]): Tensor {
  if (flat.some(isComplex)) return fromComplex(flat, shape);
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
      throw invalidArgument(
        'a number, bigint, boolean or { re, im }',
        'an element of data',
        flat[0],
        'tensor',
      );
  }
}

function fromComplex(flat: readonly unknown[], shape: readonly number[]): Tensor {
  const pairs = flat.flatMap((value) => {
    if (isComplex(value)) return [value.re, value.im];
    if (typeof value === 'number') return [value, 0];
    throw invalidArgument('a number or { re, im }', 'an element of data', value, 'tensor');
  });
  return fromArray(new Float64Array(pairs), shape, 'complex128');
}

function fromArray(array: TensorData, shape: readonly number[], dtype: Dtype): Tensor {
  return new Tensor(binding.fromBytes(bytesOfData(array), dtype, shape));
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
