import { checkOptions, isOptions, refuseSurplus } from '../../check';
import { ArgumentTypeError, invalidArgument } from '../../errors';
import { type TensorLike, type TensorOptions, tensor } from '../create/create';
import { type Dtype, isDtype } from '../dtype';
import type { MemoryFormat } from '../layout';
import { isTensor, type Tensor } from '../tensor';
import { Operator } from './dispatch';

/** Options of `to`. */
export type ToOptions = {
  dtype?: Dtype;
  device?: string;
  /** Copy to or from pinned memory without waiting for it. */
  nonBlocking?: boolean;
  /** Copy even if the tensor already has the dtype and device. */
  copy?: boolean;
  /** The order of the elements in memory. Default: that of the tensor. */
  memoryFormat?: MemoryFormat;
};

/** Methods of `Tensor` that choose the operator themselves. */
export type ConversionMethods = {
  /**
   * The tensor with another dtype, on another device, or with those of another tensor.
   *
   *     x.to('float64'); x.to('cuda'); x.to('cuda', { dtype: 'float16' }); x.to(other);
   */
  to(target: Dtype | (string & {}) | Tensor, options?: ToOptions): Tensor;
  to(options: ToOptions): Tensor;
  /** A new tensor of `data` with the dtype and on the device of this one; see `torch.tensor`. */
  newTensor(data: TensorLike, options?: TensorOptions): Tensor;
};

const toOperator = new Operator('aten::to');

const OPTIONS = ['dtype', 'device', 'nonBlocking', 'copy', 'memoryFormat'] as const;

function to(
  this: Tensor,
  target: string | Tensor | ToOptions,
  ...rest: readonly unknown[]
): Tensor {
  const isWhole = isOptions(target);
  const [options = {}] = isWhole ? [target] : rest;
  refuseSurplus(rest.slice(isWhole ? 0 : 1), 'to');
  checkOptions(options, OPTIONS, 'to');
  if (isWhole) return toOperator.call([this, options]) as Tensor;
  if (isTensor(target)) return toOperator.call([this, target, options]) as Tensor;
  if (typeof target !== 'string') {
    throw invalidArgument('a dtype, device, tensor or options', 'target', target, 'to');
  }
  const name = isDtype(target) ? 'dtype' : 'device';
  if (Object.hasOwn(Object(options), name)) {
    throw new ArgumentTypeError(`to: Received ${name} both by position and by name`, 'to');
  }
  return toOperator.call([this, { ...Object(options), [name]: target }]) as Tensor;
}

function newTensor(this: Tensor, data: TensorLike, options: TensorOptions = {}): Tensor {
  return tensor(data, { dtype: this.dtype, device: this.device, ...options });
}

export const conversions = { to, newTensor };
