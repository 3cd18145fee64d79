import { invalidArgument } from '../../errors';
import { noGrad } from '../autograd/grad-modes';
import { type Dtype, itemSize, layoutOf } from '../dtype';
import { scope } from '../scope';
import { isTensor, type Tensor } from '../tensor';
import { ByteCursor } from './byte-cursor';
import { FileErrors } from './file-errors';
import { InputFile } from './input-file';
import { npyHead, readNpyHeader } from './npy-header';
import { replaceFile } from './replace-file';
import { tensorChunks, tensorFromChunks } from './tensor-bytes';

/**
 * Reads an array that numpy has saved (`numpy.save`), of either byte order. The tensor is on the CPU
 * and does not require gradients; that of an array in Fortran's order has transposed strides.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the file cannot be read, breaks a rule of the format, or
 *   holds what tensors cannot: text, records, dates. Arrays of Python objects are pickle and refused:
 *   to load one is to execute code.
 */
export function readNpy(path: string): Tensor {
  if (typeof path !== 'string') throw invalidArgument('a string', 'path', path, 'readNpy');
  const errors = new FileErrors('npy', path);
  const file = new InputFile(path, errors);
  try {
    const read = (at: number, count: number) => file.read(at, count);
    return readArray(new ByteCursor(file.size, read, errors), errors);
  } finally {
    file.close();
  }
}

/**
 * The tensor of the bytes of an npy file, which are copied.
 *
 * @throws TorchError `ERR_TORCH_FILE`, as `readNpy`
 */
export function parseNpy(bytes: Uint8Array): Tensor {
  if (Object.prototype.toString.call(bytes) !== '[object Uint8Array]') {
    throw invalidArgument('a Uint8Array', 'bytes', bytes, 'parseNpy');
  }
  const errors = new FileErrors('npy');
  return readArray(ByteCursor.over(bytes, errors), errors);
}

/**
 * Writes a tensor, from any device, as `numpy.save` does, in row-major order. The file appears whole
 * or not at all: it is written under a temporary name in the same folder, synced, and renamed. Symbolic
 * links are followed, and the permissions of a file that is replaced are kept.
 *
 * @throws TorchError `ERR_TORCH_DTYPE` for bfloat16, which numpy lacks; `ERR_TORCH_FILE` if the file
 *   cannot be written
 * @throws ArgumentTypeError if it is not a dense tensor
 * @throws ArgumentRangeError for more than 64 dimensions
 */
export function writeNpy(path: string, tensor: Tensor): void {
  if (typeof path !== 'string') throw invalidArgument('a string', 'path', path, 'writeNpy');
  replaceFile(path, npyFile(tensor, 'tensor').chunks);
}

/**
 * The bytes that `writeNpy` writes.
 *
 * @throws ArgumentTypeError, ArgumentRangeError and TorchError as `writeNpy`
 */
export function serializeNpy(tensor: Tensor): Uint8Array {
  const { chunks } = npyFile(tensor, 'tensor');
  return Buffer.concat([...chunks]);
}

/** The bytes of a file, in pieces that are made one at a time, and how many they are. */
export type NpyFile = { readonly size: number; readonly chunks: Iterable<Uint8Array> };

/** An npy file to be written; `name` is that of the tensor in errors. */
export function npyFile(tensor: Tensor, name: string): NpyFile {
  if (!isTensor(tensor)) throw invalidArgument('a tensor', name, tensor);
  if (tensor.layout !== 'strided') throw invalidArgument('a dense tensor', name, tensor.layout);
  const { dtype, shape } = tensor;
  const head = npyHead(dtype, shape);
  const size = shape.reduce((product, length) => product * length, itemSize(dtype)) + head.length;
  return { size, chunks: joined(head, tensor) };
}

function* joined(head: Uint8Array, tensor: Tensor): Generator<Uint8Array> {
  yield head;
  yield* tensorChunks(tensor);
}

/** Reads a whole npy file from its first byte to its last. */
export function readArray(file: ByteCursor, errors: FileErrors): Tensor {
  const { dtype, swapped, fortranOrder, shape } = readNpyHeader(file, errors);
  const take = (count: number): Uint8Array =>
    swapped ? swap(file.take(count), dtype) : file.take(count);
  const notBoolean = () => errors.invalid('booleans of bytes 0 and 1', 'others');
  if (!fortranOrder) return tensorFromChunks(dtype, shape, take, notBoolean);
  const dims = [...shape.keys()].reverse();
  const reversed = [...shape].reverse();
  return noGrad(() =>
    scope(() => tensorFromChunks(dtype, reversed, take, notBoolean).permute(dims)),
  );
}

function swap(bytes: Uint8Array, dtype: Dtype): Uint8Array {
  const copy = Buffer.from(bytes);
  // Both parts of a complex number are swapped, each in itself.
  const size = layoutOf(dtype).array.BYTES_PER_ELEMENT;
  if (size === 2) return copy.swap16();
  return size === 4 ? copy.swap32() : copy.swap64();
}
