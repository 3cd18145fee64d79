import { checkOptions, refuseSurplus } from '../../check';
import { invalidArgument } from '../../errors';
import { defaultComplexDtype, getDefaultDtype } from '../defaults/default-dtype';
import { type Dtype, isScalar, type Scalar } from '../dtype';
import type { Layout } from '../layout';
import { Operator } from '../operators/dispatch';
import { isTensor, type Tensor } from '../tensor';

export type FullOptions = {
  /** Default: `float32` for a number, `int64` for a bigint, `bool`, or `complex64`; see `setDefaultDtype`. */
  dtype?: Dtype;
  layout?: Layout;
  /** Default: `cpu`, or what `setDefaultDevice` has chosen. */
  device?: string;
  pinMemory?: boolean;
  /** Record operations on it for gradients. Default: false. */
  requiresGrad?: boolean;
};

const operator = new Operator('aten::full');

/**
 * A tensor of one value. Its dtype follows the value's JavaScript type as `tensor` does, so
 * `full([2], 1)` and `full([2], 0.5)` are both float32; PyTorch makes int64 of an integer. A tensor
 * without dimensions gives its element and its dtype.
 */
export function full(
  size: readonly number[],
  fillValue: Scalar | Tensor,
  options: FullOptions = {},
  ...surplus: never[]
): Tensor {
  refuseSurplus(surplus, 'full');
  if (isTensor(fillValue) && fillValue.ndim === 0 && !fillValue.requiresGrad) {
    return full(size, elementOf(fillValue), { dtype: fillValue.dtype, ...options });
  }
  if (!isScalar(fillValue)) {
    throw invalidArgument(
      'a number, bigint, boolean or { re, im }',
      'fillValue',
      fillValue,
      'full',
    );
  }
  checkOptions(options, OPTIONS, 'full');
  return operator.call([size, fillValue, { dtype: dtypeOf(fillValue), ...options }]) as Tensor;
}

function elementOf(tensor: Tensor): Scalar {
  return tensor.dtype.includes('int') ? tensor.itemBigInt() : tensor.item();
}

const OPTIONS = ['dtype', 'layout', 'device', 'pinMemory', 'requiresGrad'];

function dtypeOf(value: Scalar): Dtype {
  if (typeof value === 'bigint') return 'int64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' ? getDefaultDtype() : defaultComplexDtype();
}
