import { invalidArgument } from '../../errors';
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

/** Methods of `Tensor` that choose among operators themselves. */
export type ConversionMethods = {
  /**
   * The tensor with another dtype, on another device, or with those of another tensor.
   *
   *     x.to('float64'); x.to('cuda'); x.to('cuda', { dtype: 'float16' }); x.to(other);
   */
  to(target: Dtype | (string & {}) | Tensor, options?: ToOptions): Tensor;
  to(options: ToOptions): Tensor;
};

const toOperator = new Operator('aten::to');

function to(this: Tensor, target: string | Tensor | ToOptions, options: ToOptions = {}): Tensor {
  if (isTensor(target)) return toOperator.call([this, target, options]) as Tensor;
  if (typeof target === 'string') {
    const wanted = isDtype(target) ? { dtype: target } : { device: target };
    return toOperator.call([this, { ...options, ...wanted }]) as Tensor;
  }
  if (typeof target !== 'object' || target === null) {
    throw invalidArgument('a dtype, device, tensor or options', 'target', target, 'to');
  }
  return toOperator.call([this, { ...target }]) as Tensor;
}

export const conversions = { to };
