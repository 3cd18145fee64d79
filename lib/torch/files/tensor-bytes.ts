import { noGrad } from '../autograd/grad-modes';
import { binding } from '../binding';
import { elementCount } from '../check-tensors';
import { type Dtype, itemSize } from '../dtype';
import { Operator } from '../operators/dispatch';
import { functions } from '../operators/operators';
import { scope } from '../scope';
import { type Tensor, tensorOf } from '../tensor';

/** Bytes of a tensor that are held beside it while it is read or written. */
const CHUNK_BYTES = 16 * 1024 * 1024;

const copyInto = new Operator('aten::copy_');

/** The elements' bytes in row-major order, in pieces that are made one at a time. */
export function* tensorChunks(tensor: Tensor): Generator<Uint8Array> {
  const step = CHUNK_BYTES / itemSize(tensor.dtype);
  const count = elementCount(tensor.shape);
  if (count <= step) {
    yield dataOf(tensor);
    return;
  }
  const flat = noGrad(() => tensor.reshape([count]));
  try {
    for (let at = 0; at < count; at += step) {
      yield noGrad(() => scope(() => dataOf(flat.narrow(0, at, Math.min(step, count - at)))));
    }
  } finally {
    flat.dispose();
  }
}

function dataOf(tensor: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = tensor.data();
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * A tensor of bytes that `take` gives piece by piece, each as many as it is asked for. On the CPU,
 * without `requiresGrad`.
 *
 * @param notBoolean the error for bytes of booleans that are neither 0 nor 1
 */
export function tensorFromChunks(
  dtype: Dtype,
  shape: readonly number[],
  take: (byteLength: number) => Uint8Array,
  notBoolean: () => Error,
): Tensor {
  const size = itemSize(dtype);
  const part = (partShape: readonly number[], count: number): Tensor => {
    const bytes = take(count * size);
    // To C++ other bytes are not booleans: using them is undefined behaviour.
    if (dtype === 'bool' && bytes.some((byte) => byte > 1)) throw notBoolean();
    return tensorOf(binding.fromBytes(bytes, dtype, partShape));
  };
  const count = elementCount(shape);
  const step = CHUNK_BYTES / size;
  if (count <= step) return part(shape, count);
  return noGrad(() =>
    scope(() => {
      const flat = functions.empty([count], { dtype });
      for (let at = 0; at < count; at += step) {
        const length = Math.min(step, count - at);
        scope(() => copyInto.call([flat.narrow(0, at, length), part([length], length)]));
      }
      return flat.reshape([...shape]);
    }),
  );
}
