import { ArgumentTypeError, invalidArgument, outOfRange } from '../errors';
import { binding } from './binding';
import {
  arrayName,
  type Complex,
  type Dtype,
  isTensorData,
  layoutOf,
  type TensorData,
} from './dtype';
import { TensorHandle } from './handle';
import { release, track } from './ownership';

/** Elements as nested arrays, a scalar for a tensor without dimensions. */
export type NestedArray<T> = T | NestedArray<T>[];

/** What `item()` returns: `bigint` only where a number would lose precision is refused. */
export type Item = number | boolean | Complex;

/**
 * A multi-dimensional array of libtorch. Operators are methods with PyTorch's names in camelCase:
 * `x.matmul(w).add(b).relu()`.
 *
 * Operators, conversions, indexing and printing are put on the prototype by operators/operators.ts.
 *
 * A tensor is freed by `dispose()`, by the `torch.scope` around its making, or, outside of scopes,
 * some time after the garbage collector has found it unreachable.
 */
export class Tensor extends TensorHandle {
  /** @internal Tensors are made by operators and by `torch.tensor`. */
  constructor(handle: number) {
    super(handle);
    track(this);
  }

  /** The size of every dimension, for example `[2, 3]`. */
  get shape(): number[] {
    return binding.shapeOf(this.handle);
  }

  /** The step in elements from one index to the next, for every dimension. */
  get strides(): number[] {
    return binding.strideOf(this.handle);
  }

  /** The number of dimensions. */
  get ndim(): number {
    return binding.ndimOf(this.handle);
  }

  get dtype(): Dtype {
    return binding.dtypeOf(this.handle) as Dtype;
  }

  /** For example `cpu` or `cuda:0`. */
  get device(): string {
    return binding.deviceOf(this.handle);
  }

  /** For example `strided` or `sparse_coo`. */
  get layout(): string {
    return binding.layoutOf(this.handle);
  }

  /** True if operators on this tensor are recorded for differentiation. */
  get requiresGrad(): boolean {
    return binding.requiresGrad(this.handle);
  }

  /** Sets whether operators on this leaf are recorded; returns the tensor. */
  requiresGrad_(value = true): this {
    binding.setRequiresGrad(this.handle, value);
    return this;
  }

  /** True if no recorded operator made the tensor. */
  get isLeaf(): boolean {
    return binding.isLeaf(this.handle);
  }

  /** The backward node of the operator that made it, for example `AddBackward0`; null on a leaf. */
  get gradFn(): string | null {
    return binding.gradFn(this.handle);
  }

  /** The gradient that `backward` has accumulated, or null. A new handle on each access. */
  get grad(): Tensor | null {
    const handle = binding.gradOf(this.handle);
    return handle === null ? null : new Tensor(handle);
  }

  set grad(gradient: Tensor | null) {
    binding.setGrad(this.handle, gradient === null ? null : gradient.handle);
  }

  /** Accumulates gradients into `.grad` of the leaves; `gradient` may be left out for one element. */
  backward(
    gradient?: Tensor,
    options: { retainGraph?: boolean; createGraph?: boolean } = {},
  ): void {
    const createGraph = options.createGraph ?? false;
    const seed = gradient === undefined ? null : [gradient.handle];
    binding.backward([this.handle], seed, options.retainGraph ?? createGraph, createGraph, null);
  }

  /** Keeps the gradient of a tensor that is no leaf, so that `backward` fills its `.grad`. */
  retainGrad(): this {
    binding.retainGrad(this.handle);
    return this;
  }

  /** The only element as a number or boolean. */
  item(): Item {
    const value = binding.item(this.handle);
    if (typeof value !== 'bigint') return value;
    throw outOfRange('an integer of at most 53 bits; use itemBigInt()', 'item', value, 'item');
  }

  /** The only element of an integer tensor, exactly. */
  itemBigInt(): bigint {
    const value = binding.item(this.handle);
    if (typeof value === 'bigint') return value;
    if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
    throw new ArgumentTypeError(`Expected an integer tensor but received ${this.dtype}`, 'item');
  }

  /**
   * A copy of the elements in row-major order: `Float32Array` for float32, `BigInt64Array` for
   * int64, `Uint8Array` for bool, pairs of (real, imaginary) for complex numbers, and the raw 16
   * bits for float16 and bfloat16.
   *
   * Given `target`, an array of that type and length, it writes there and returns it: several times as
   * fast for large tensors, since new memory has to be fetched page by page.
   *
   * @throws ArgumentTypeError if `target` is of another type or length
   */
  data(): TensorData;
  data<A extends TensorData>(target: A): A;
  data(target?: TensorData): TensorData {
    const { array, width } = layoutOf(this.dtype);
    const length = binding.numelOf(this.handle) * width;
    if (target !== undefined) {
      checkTarget(target, array.name, length);
      const { buffer, byteOffset, byteLength } = target;
      binding.toBytes(this.handle, new Uint8Array(buffer, byteOffset, byteLength));
      return target;
    }
    const bytes = Buffer.allocUnsafeSlow(length * array.BYTES_PER_ELEMENT);
    binding.toBytes(this.handle, new Uint8Array(bytes.buffer, 0, bytes.length));
    return new array(bytes.buffer, 0, length);
  }

  /** The elements as nested arrays of numbers (`bigint` for int64 and uint64, booleans for bool). */
  tolist(): NestedArray<number | bigint | boolean | Complex> {
    return nest(elements(this), this.shape, 0, { at: 0 });
  }

  /** Frees the tensor now. Disposing twice is harmless; using it afterwards is an error. */
  dispose(): void {
    release(this);
  }

  [Symbol.dispose](): void {
    release(this);
  }

  /** True once the tensor has been disposed of. */
  get isDisposed(): boolean {
    return this.handle < 0;
  }

  /** The slices along the first dimension. */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    const [length] = this.shape;
    if (length === undefined) {
      throw new ArgumentTypeError('Expected at least one dimension to iterate over', 'iterator');
    }
    for (let i = 0; i < length; i++) yield this.select(0, i);
  }
}

/** True for tensors of this library. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof TensorHandle;
}

function checkTarget(target: TensorData, name: string, length: number): void {
  if (isTensorData(target) && arrayName(target) === name && target.length === length) return;
  const received = isTensorData(target) ? `a ${arrayName(target)} of ${target.length}` : target;
  throw invalidArgument(`a ${name} of ${length} elements`, 'target', received, 'data');
}

type Element = number | bigint | boolean | Complex;

function elements(tensor: Tensor): Element[] {
  const { dtype } = tensor;
  if (dtype === 'float16' || dtype === 'bfloat16') {
    const wide = tensor.to('float32');
    const values = [...(wide.data() as Float32Array)];
    wide.dispose();
    return values;
  }
  const data = tensor.data();
  if (dtype === 'bool') return Array.from(data as Uint8Array, (value) => value !== 0);
  if (dtype !== 'complex64' && dtype !== 'complex128') return [...data];
  const pairs = data as Float64Array;
  return Array.from({ length: pairs.length / 2 }, (_, i) => ({
    re: pairs[2 * i] as number,
    im: pairs[2 * i + 1] as number,
  }));
}

function nest(
  flat: readonly Element[],
  shape: readonly number[],
  dim: number,
  next: { at: number },
): NestedArray<Element> {
  const length = shape[dim];
  if (length === undefined) return flat[next.at++] as Element;
  return Array.from({ length }, () => nest(flat, shape, dim + 1, next));
}
