import { byName, flag, isOptions } from '../../check';
import { invalidArgument } from '../../errors';
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

type ToArguments =
  | readonly [options?: ToOptions]
  | readonly [nonBlocking: boolean, options?: ToOptions]
  | readonly [nonBlocking: boolean, copy: boolean, options?: ToOptions];

/** Methods of `Tensor` that choose the operator themselves. */
export type ConversionMethods = {
  /**
   * The tensor with another dtype, on another device, or with those of another tensor.
   *
   *     x.to('float64'); x.to('cuda'); x.to('cuda', 'float16'); x.to('cuda', { dtype: 'float16' }); x.to(other);
   */
  to(target: Dtype | (string & {}) | Tensor, ...args: ToArguments): Tensor;
  to(device: string | null, dtype: Dtype, ...args: ToArguments): Tensor;
  to(options: ToOptions): Tensor;
  /** A new tensor of `data` with the dtype and on the device of this one; see `torch.tensor`. */
  newTensor(data: TensorLike, options?: TensorOptions): Tensor;
};

const toOperator = new Operator('aten::to');

const FLAGS = ['nonBlocking', 'copy'] as const;

function to(this: Tensor, ...args: readonly unknown[]): Tensor {
  const [target, ...rest] = args;
  if (rest.includes(null)) {
    throw invalidArgument('a dtype, flags or options', 'what follows the target', null, 'to');
  }
  if (isTensor(target)) {
    return toOperator.call([this, target, settled(rest, FLAGS, ['memoryFormat'])]) as Tensor;
  }
  const isPlace = typeof target === 'string' || (target === null && rest.length > 0);
  if (!isPlace && !isOptions(target)) {
    throw invalidArgument('a dtype, device, tensor or options', 'target', target, 'to');
  }
  const options = isDtype(target)
    ? settled(args, ['dtype', ...FLAGS], ['device', 'memoryFormat'])
    : settled(args, ['device', 'dtype', ...FLAGS], ['memoryFormat']);
  return toOperator.call([this, options]) as Tensor;
}

/** The arguments by their names, without those that are null. */
function settled(
  args: readonly unknown[],
  positional: readonly (keyof ToOptions)[],
  named: readonly (keyof ToOptions)[],
): Readonly<Record<string, unknown>> {
  const found = byName(args, positional, named, 'to');
  const { dtype } = found;
  if (dtype !== undefined && dtype !== null && !isDtype(dtype)) {
    throw invalidArgument('a dtype', 'dtype of to', dtype, 'to');
  }
  for (const name of FLAGS) {
    if (found[name] !== undefined) flag(found[name], name, 'to');
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));
}

function newTensor(this: Tensor, data: TensorLike, options: TensorOptions = {}): Tensor {
  return tensor(data, { dtype: this.dtype, device: this.device, ...options });
}

export const conversions = { to, newTensor };
