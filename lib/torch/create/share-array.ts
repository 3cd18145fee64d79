import { invalidArgument, TorchError } from '../../errors';
import { binding } from '../binding';
import { bytesOfData, type Dtype, type TensorData } from '../dtype';
import { type Tensor, tensorOf } from '../tensor';

/**
 * A tensor on a typed array's own memory, of as many elements as its shape has.
 *
 * @throws ArgumentTypeError if the memory can change its size, has been detached, or is not aligned
 * @throws TorchError `ERR_TORCH_DTYPE` for bool
 */
export function shareArray(data: TensorData, dtype: Dtype, shape: readonly number[]): Tensor {
  const { buffer } = data;
  // Its memory may be taken away while the tensor uses it.
  if (isResizable(buffer)) {
    throw invalidArgument('memory of fixed length', 'data when share is true', buffer, 'tensor');
  }
  if (dtype === 'bool') {
    throw new TorchError(
      'ERR_TORCH_DTYPE',
      "tensor: Expected a dtype other than bool when share is true: JavaScript may write bytes other than 0 and 1; share as 'uint8' and convert",
      { operator: 'tensor' },
    );
  }
  return tensorOf(binding.shareBytes(bytesOfData(data), dtype, shape));
}

// Node.js 20 has both, but its types do not.
function isResizable(buffer: object): boolean {
  return Reflect.get(buffer, 'resizable') === true || Reflect.get(buffer, 'growable') === true;
}
