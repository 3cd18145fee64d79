import { flag, knownOptions, refuseSurplus } from '../../check';
import { ArgumentTypeError, invalidArgument, outOfRange, TorchError } from '../../errors';
import { binding } from '../binding';
import { elementCount } from '../check-tensors';
import { chosenDevice } from '../defaults/default-device';
import { defaultComplexDtype, getDefaultDtype } from '../defaults/default-dtype';
import {
  arrayName,
  bytesOfData,
  type Complex,
  checkDtype,
  type Dtype,
  dtypeOfData,
  integerRange,
  isTensorData,
  layoutOf,
  type TensorData,
} from '../dtype';
import { isTensor, type NestedArray, type Tensor, tensorOf } from '../tensor';
import { type Reading, readNested } from './nested';
import { isParts, type Parts, stackParts } from './parts';
import { shareArray } from './share-array';

/** What `tensor()` makes a tensor of. */
export type TensorLike =
  | NestedArray<number>
  | NestedArray<bigint>
  | NestedArray<boolean>
  | NestedArray<number | Complex>
  | TensorData
  | Tensor
  | Parts;

export type TensorOptions = {
  /**
   * Default: `float32` for numbers, `int64` for bigints, `bool` for booleans, `complex64` for
   * `{ re, im }`, or the typed array's own. `setDefaultDtype` chooses another one for numbers.
   */
  dtype?: Dtype;
  /** Default: that of a tensor, else `cpu`, or what `setDefaultDevice` has chosen. */
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
 * A new tensor with a copy of the data: nested arrays, a scalar, a typed array with a shape, a tensor, or
 * arrays of tensors or typed arrays of one shape, without their history. With `share` it works on the typed
 * array's memory.
 *
 *     torch.tensor([[1, 2], [3, 4]]);
 *     torch.tensor(new Float32Array(6), { shape: [2, 3] });
 *     torch.tensor(pixels, { shape: [3, 224, 224], share: true });
 *
 * A number without a fraction makes float32 as any other: what a tensor holds does not depend on the
 * values that happen to be in it. Integers are bigints, or numbers with an integer `dtype`.
 *
 * @throws ArgumentTypeError naming the place of an invalid element (undefined, null, a hole, a
 *   string), if arrays are ragged, hold themselves or mix types, the shape does not fit, or `share` is
 *   given data that cannot be shared: nested arrays, or memory that is detached or can change its size
 * @throws ArgumentRangeError if a number does not fit an integer dtype
 * @throws TorchError `ERR_TORCH_DTYPE` or `ERR_TORCH_DEVICE` if `share` would have to convert or move
 */
export function tensor(data: TensorLike, options: TensorOptions = {}, ...surplus: never[]): Tensor {
  refuseSurplus(surplus, 'tensor');
  const read = readOptions(options);
  const made = fromAny(data, read);
  const placed = place(made, read);
  return read.requiresGrad ? placed.requiresGrad_() : placed;
}

const OPTIONS = ['dtype', 'device', 'shape', 'requiresGrad', 'share'] as const;

type Read = {
  readonly dtype: Dtype | undefined;
  readonly shape: readonly number[] | undefined;
  readonly device: string | undefined;
  readonly requiresGrad: boolean;
  readonly share: boolean;
};

/** Where it is wanted. Shared memory stays where it is. */
function place(made: Tensor, { device, share }: Read): Tensor {
  if (device === undefined || share || device === made.device) return made;
  const placed = made.to(device);
  made.dispose();
  return placed;
}

function readOptions(options: TensorOptions): Read {
  const known = knownOptions(options, OPTIONS, 'tensor');
  const { dtype, device = chosenDevice(), shape, requiresGrad = false, share = false } = known;
  flag(share, 'share', 'tensor');
  flag(requiresGrad, 'requiresGrad', 'tensor');
  if (share && known.device !== undefined && known.device !== 'cpu') {
    throw new TorchError(
      'ERR_TORCH_DEVICE',
      `tensor: Expected device 'cpu' when share is true but received '${known.device}'`,
      { operator: 'tensor' },
    );
  }
  return {
    dtype: dtype === undefined ? undefined : checkDtype(dtype),
    shape: shape === undefined ? undefined : sizesOf(shape),
    device,
    requiresGrad,
    share,
  };
}

function fromAny(data: TensorLike, read: Read): Tensor {
  if (isTensorData(data)) return fromData(data, read);
  if (!isTensor(data) && !isParts(data)) return fromNested(data, read);
  refuseShape(data, read);
  const whole = isTensor(data) ? data.detach() : stackParts(data, (part) => tensor(part));
  // `detach` shares the memory.
  const made = whole.to(read.dtype ?? whole.dtype, { copy: isTensor(data) });
  whole.dispose();
  return made;
}

function sizesOf(shape: unknown): number[] {
  if (!Array.isArray(shape)) throw invalidArgument('an array of sizes', 'shape', shape, 'tensor');
  return Array.from(shape, (size: unknown, i) => {
    if (typeof size === 'number' && Number.isSafeInteger(size)) return size;
    throw invalidArgument('a size', `shape[${i}]`, size, 'tensor');
  });
}

function fromData(data: TensorData, read: Read): Tensor {
  const own = dtypeOfData(data);
  const { dtype = own, shape = [data.length], share } = read;
  const raw = layoutOf(dtype);
  const count = elementCount(shape);
  // Raw bits, bool as bytes, complex numbers as pairs: no conversion.
  const bits = dtype !== own && raw.array.name === arrayName(data);
  if (count * (bits ? raw.width : 1) !== data.length) {
    throw new ArgumentTypeError(
      `tensor: Expected ${count * (bits ? raw.width : 1)} elements for shape [${shape.join(', ')}] but received ${data.length}`,
      'tensor',
    );
  }
  const keeps = bits || dtype === own;
  if (share) {
    if (keeps) return shareArray(data, dtype, shape);
    throw new TorchError(
      'ERR_TORCH_DTYPE',
      `tensor: Expected dtype ${own}, which the array holds, when share is true but received ${dtype}`,
      { operator: 'tensor' },
    );
  }
  if (dtype === 'bool' && bits) requireBooleans(data);
  const made = fromArray(data, shape, keeps ? dtype : own);
  return keeps ? made : convert(made, dtype);
}

// To C++ other bytes are not booleans: using them is undefined behaviour.
function requireBooleans(data: TensorData): void {
  for (let i = 0; i < data.length; i++) {
    const byte = data[i];
    if (byte !== 0 && byte !== 1) throw outOfRange('0 or 1', `data[${i}]`, byte, 'tensor');
  }
}

function refuseShape(data: unknown, { shape, share }: Read): void {
  if (shape === undefined && !share) return;
  const reason = share ? 'share is true' : 'a shape is given';
  throw invalidArgument('a typed array', `data when ${reason}`, data, 'tensor');
}

function fromNested(data: unknown, read: Read): Tensor {
  refuseShape(data, read);
  const { dtype } = read;
  const nested = readNested(data, { name: 'data', operator: 'tensor', check: fits(dtype) });
  if (nested.dtype === 'complex128' && dtype !== undefined && !dtype.startsWith('complex')) {
    throw invalidArgument('a complex dtype', 'dtype of data with { re, im }', dtype, 'tensor');
  }
  const made = fromArray(nested.array, nested.shape, nested.dtype);
  return convert(made, dtype ?? dtypeOfNested(nested.dtype));
}

/** That of a tensor of numbers, which are read with all digits. */
function dtypeOfNested(read: Dtype): Dtype {
  if (read === 'float64') return getDefaultDtype();
  return read === 'complex128' ? defaultComplexDtype() : read;
}

/** Refuses numbers that an integer dtype cannot hold, and bigints of more than 64 bits. */
function fits(dtype: Dtype | undefined): Required<Reading>['check'] {
  const own = dtype === undefined ? undefined : integerRange(dtype);
  const ofBigints = integerRange('int64');
  return (value, place) => {
    if (typeof value !== 'number' && typeof value !== 'bigint') return;
    const range = own ?? (typeof value === 'bigint' ? ofBigints : undefined);
    if (range === undefined || (value >= range.min && value <= range.max)) return;
    const holder = own === undefined ? 'int64' : dtype;
    throw outOfRange(`${range.min} to ${range.max}, as ${holder} holds,`, place(), value, 'tensor');
  };
}

function fromArray(array: TensorData, shape: readonly number[], dtype: Dtype): Tensor {
  return tensorOf(binding.fromBytes(bytesOfData(array), dtype, shape));
}

function convert(made: Tensor, dtype: Dtype): Tensor {
  if (made.dtype === dtype) return made;
  const converted = made.to(dtype);
  made.dispose();
  return converted;
}
