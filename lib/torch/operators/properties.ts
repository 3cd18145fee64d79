import { TorchError } from '../../errors';
import type { Tensor } from '../tensor';
import { Operator } from './dispatch';

/** Properties of `Tensor` that are operators without arguments. */
export type TensorProperties = {
  /** A matrix transposed; a vector or a scalar as it is. Use `mT` where there are more dimensions. */
  readonly T: Tensor;
  /** The last two dimensions exchanged. */
  readonly mT: Tensor;
  /** A matrix transposed and conjugated. */
  readonly H: Tensor;
  /** The last two dimensions exchanged, and conjugated. */
  readonly mH: Tensor;
  /** The real parts, as a view; the tensor itself if it is real. */
  readonly real: Tensor;
  /** The imaginary parts, as a view. Real tensors have none: `ERR_TORCH_NOT_IMPLEMENTED`. */
  readonly imag: Tensor;
};

/** What each of them runs. */
export const properties: Readonly<Record<keyof TensorProperties, (self: Tensor) => Tensor>> = {
  T: transposed,
  mT: unary('aten::mT'),
  H: unary('aten::matrix_H'),
  mH: unary('aten::mH'),
  real: unary('aten::real'),
  imag: unary('aten::imag'),
};

function unary(name: string): (self: Tensor) => Tensor {
  const operator = new Operator(name);
  return (self) => operator.callMethod(self, []) as Tensor;
}

function transposed(self: Tensor): Tensor {
  const { ndim } = self;
  if (ndim <= 2) return ndim === 2 ? self.transpose(0, 1) : self.alias();
  const message = `T: Expected at most 2 dimensions but received shape [${self.shape.join(', ')}]; use mT`;
  throw new TorchError('ERR_TORCH_SHAPE', message, { operator: 'T' });
}
