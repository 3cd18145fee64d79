import { createHash } from 'node:crypto';
import { readableDtype, type TensorData } from './dtype';
import { scope } from './scope';
import type { Tensor } from './tensor';

/** Elements up to which a tensor's tag writes them out. */
const WRITTEN = 64;

/** A tensor's numbers in row-major order: pairs of them for complex dtypes. */
export function numbersOf(tensor: Tensor): TensorData {
  return scope(() => {
    const plain = tensor.detach();
    const dense = tensor.layout === 'strided' ? plain : plain.toDense();
    return dense.to(readableDtype(tensor.dtype)).data();
  });
}

/** True if shape, dtype and every element are the same; NaN is NaN, and −0 is not 0. */
export function sameTensors(a: Tensor, b: Tensor): boolean {
  if (a === b) return true;
  if (a.dtype !== b.dtype || String(a.shape) !== String(b.shape)) return false;
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let i = 0; i < left.length; i++) {
    if (!Object.is(left[i], right[i])) return false;
  }
  return true;
}

/**
 * The value of `Symbol.toStringTag`: dtype, shape and elements, the latter as a digest if they are many.
 * Node's `assert` compares tags, prototypes and properties, so that equal tensors are equal to it.
 */
export function tagOf(tensor: Tensor): string {
  if (tensor.isDisposed) return 'Tensor disposed';
  const { dtype, shape, device } = tensor;
  const facts = `Tensor ${dtype} [${shape.join(', ')}]`;
  if (device.startsWith('meta')) return `${facts} without data`;
  const numbers = numbersOf(tensor);
  if (numbers.length > WRITTEN) return `${facts} ${digestOf(numbers)}`;
  const written = Array.from<number | bigint, string>(numbers, (value) =>
    Object.is(value, -0) ? '-0' : String(value),
  );
  return `${facts} (${written.join(', ')})`;
}

function digestOf({ buffer, byteOffset, byteLength }: TensorData): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}
