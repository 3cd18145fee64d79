import { array } from '../../check';
import { invalidArgument, outOfRange, TorchError } from '../../errors';
import type { Dtype } from '../dtype';
import { functions } from '../operators/operators';
import { isTensor, type Tensor } from '../tensor';

const FLOATING: readonly string[] = ['float32', 'float64', 'float16', 'bfloat16'];
const REDUCED: readonly string[] = [...FLOATING, 'int8', 'uint8', 'int32', 'int64'];
const MOVED: readonly string[] = [...REDUCED, 'bool'];

/** The tensor, if Gloo can move it, and reduce it by `op`. */
export function moved(tensor: Tensor, operator: string, op?: string): Tensor {
  if (!isTensor(tensor)) throw invalidArgument('a tensor', 'tensor', tensor, operator);
  if (tensor.device !== 'cpu') {
    throw new TorchError(
      'ERR_TORCH_DEVICE',
      `${operator}: Expected a tensor on the CPU, as the backend is Gloo, but received one on ${tensor.device}; move it by tensor.cpu()`,
      { operator },
    );
  }
  if (tensor.layout !== 'strided') {
    throw invalidArgument('a strided tensor', 'tensor', tensor.layout, operator);
  }
  requireDtype(tensor.dtype, operator, op);
  return tensor;
}

function requireDtype(dtype: string, operator: string, op: string | undefined): void {
  const known = op === undefined ? MOVED : op === 'avg' ? FLOATING : REDUCED;
  if (known.includes(dtype)) return;
  const message = `${operator}: Expected ${known.join(', ')} for the dtype but received ${dtype}`;
  throw new TorchError('ERR_TORCH_DTYPE', message, { operator });
}

/** One tensor for each rank, all of the same shape and dtype. */
export function movedList(
  tensors: readonly Tensor[],
  size: number,
  operator: string,
  op: string,
): readonly Tensor[] {
  const list = array(tensors, 'tensors', 'tensors', operator);
  if (list.length !== size) {
    throw outOfRange(`a tensor for each of ${size} ranks`, 'tensors', list, operator);
  }
  const [first] = list.map((tensor) => moved(tensor, operator, op));
  const kind = (tensor: Tensor | undefined) => `${tensor?.dtype} [${tensor?.shape.join(', ')}]`;
  const other = list.find((tensor) => kind(tensor) !== kind(first));
  if (other === undefined) return list;
  throw outOfRange(`tensors of ${kind(first)}`, 'tensors', kind(other), operator);
}

/** A tensor of that shape and dtype. */
export function template(shape: readonly number[], dtype: Dtype, operator: string): Tensor {
  return moved(functions.empty([...shape], { dtype }), operator);
}
