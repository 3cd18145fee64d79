import { TorchError } from '../../errors';
import { itemSize } from '../dtype';
import type { Tensor } from '../tensor';
import { operatorNamed } from './dispatch';

/** Properties of `Tensor` beside those of the class: operators without arguments, and facts. */
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
  /** Bytes of one element. */
  readonly itemsize: number;
  /** Bytes of all elements, of which views and expanded tensors may share some. */
  readonly nbytes: number;
  readonly isCpu: boolean;
  readonly isCuda: boolean;
  /** True on the device `meta`, where tensors have no elements. */
  readonly isMeta: boolean;
  /** True for the layout `sparse_coo`. */
  readonly isSparse: boolean;
  readonly isSparseCsr: boolean;
  readonly isMkldnn: boolean;
  readonly isQuantized: boolean;
  /** True if `retainGrad` was called, so that `backward` fills `grad`; false on leaves. */
  readonly retainsGrad: boolean;
};

/** What each of them runs. */
export const properties: Readonly<{
  [K in keyof TensorProperties]: (self: Tensor) => TensorProperties[K];
}> = {
  T: transposed,
  mT: unary('aten::mT'),
  H: unary('aten::matrix_H'),
  mH: unary('aten::mH'),
  real: unary('aten::real'),
  imag: unary('aten::imag'),
  itemsize: ({ dtype }) => itemSize(dtype),
  nbytes: (self) => itemSize(self.dtype) * self.numel(),
  isCpu: ({ device }) => device === 'cpu',
  isCuda: ({ device }) => device.startsWith('cuda'),
  isMeta: ({ device }) => device.startsWith('meta'),
  isSparse: ({ layout }) => layout === 'sparse_coo',
  isSparseCsr: ({ layout }) => layout === 'sparse_csr',
  isMkldnn: ({ layout }) => layout === 'mkldnn',
  isQuantized: ({ dtype }) => /^q/.test(dtype),
  retainsGrad: (self) => operatorNamed('aten::retains_grad').call([self]) === true,
};

function unary(name: string): (self: Tensor) => Tensor {
  const operator = operatorNamed(name);
  return (self) => operator.callMethod(self, []) as Tensor;
}

function transposed(self: Tensor): Tensor {
  const { ndim } = self;
  if (ndim <= 2) return ndim === 2 ? self.transpose(0, 1) : self.alias();
  const message = `T: Expected at most 2 dimensions but received shape [${self.shape.join(', ')}]; use mT`;
  throw new TorchError('ERR_TORCH_SHAPE', message, { operator: 'T' });
}
