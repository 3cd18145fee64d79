import { flag, refuseSurplus } from '../check';
import { ArgumentTypeError, invalidArgument, outOfRange } from '../errors';
import {
  type BackwardOptions,
  backwardArguments,
  requireAlike,
} from './autograd/backward-arguments';
import { explaining } from './autograd/graph/detect-anomaly';
import { binding } from './binding';
import { type Complex, type Dtype, layoutOf, readableDtype, type TensorData } from './dtype';
import { type Element, type NestedArray, nestElements, requireTarget } from './elements';
import { handleOf, isTensorHandle, OWNED, TensorHandle } from './handle';
import { release, track } from './ownership';

export type { NestedArray } from './elements';

/** The value of `item()`; an integer that a number cannot hold exactly is refused. */
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
  constructor(handle: number, owned: typeof OWNED) {
    super(handle, owned);
    track(this);
  }

  /** The size of every dimension, for example `[2, 3]`. */
  get shape(): number[] {
    return binding.shapeOf(handleOf(this));
  }

  /** The step in elements from one index to the next, for every dimension. */
  get strides(): number[] {
    return binding.strideOf(handleOf(this));
  }

  /** The number of dimensions. */
  get ndim(): number {
    return binding.ndimOf(handleOf(this));
  }

  get dtype(): Dtype {
    return binding.dtypeOf(handleOf(this)) as Dtype;
  }

  /** For example `cpu` or `cuda:0`. */
  get device(): string {
    return binding.deviceOf(handleOf(this));
  }

  /** For example `strided` or `sparse_coo`. */
  get layout(): string {
    return binding.layoutOf(handleOf(this));
  }

  /**
   * True if operators on this tensor are recorded for differentiation; `x.requiresGrad = true` is
   * `x.requiresGrad_()`.
   */
  get requiresGrad(): boolean {
    return binding.requiresGrad(handleOf(this));
  }

  set requiresGrad(value: boolean) {
    this.requiresGrad_(value);
  }

  /** Sets whether operators on this leaf are recorded; returns the tensor. */
  requiresGrad_(value = true, ...surplus: never[]): this {
    refuseSurplus(surplus, 'requiresGrad_');
    binding.setRequiresGrad(handleOf(this), flag(value, 'value', 'requiresGrad_'));
    return this;
  }

  /** True if no recorded operator made the tensor. */
  get isLeaf(): boolean {
    return binding.isLeaf(handleOf(this));
  }

  /**
   * The gradient that `backward` has accumulated, or null. A new handle on each access. What is
   * assigned is null or another tensor of the same shape, dtype and device; it is detached.
   */
  get grad(): Tensor | null {
    const handle = binding.gradOf(handleOf(this));
    return handle === null ? null : tensorOf(handle);
  }

  set grad(gradient: Tensor | null) {
    const handle = handleOf(this);
    if (gradient !== null) requireGradient(this, gradient);
    binding.setGrad(handle, gradient === null ? null : handleOf(gradient));
  }

  /**
   * Accumulates gradients into `.grad` of the leaves. `gradient` multiplies those of this tensor, and
   * has its shape; it may be left out for one element.
   *
   *     loss.backward(); loss.backward({ retainGraph: true }); y.backward(gradient);
   *     loss.backward({ inputs: [weight] }); // of all leaves only into that one
   *
   * @throws TorchError `ERR_TORCH_AUTOGRAD` if nothing was recorded, `ERR_TORCH_SHAPE` if the
   *   gradient has another shape
   */
  backward(options?: BackwardOptions<Tensor>): void;
  backward(gradient: Tensor | undefined, options?: BackwardOptions<Tensor>): void;
  backward(...args: readonly unknown[]): void {
    const { seeds, retainGraph, createGraph, inputs } = backwardArguments(args);
    explaining(() => binding.backward([handleOf(this)], seeds, retainGraph, createGraph, inputs));
  }

  /** Keeps the gradient of a tensor that is not a leaf, so that `backward` fills its `.grad`. */
  retainGrad(): this {
    binding.retainGrad(handleOf(this));
    return this;
  }

  /** The only element as a number or boolean. */
  item(): Item {
    const value = binding.item(handleOf(this));
    if (typeof value !== 'bigint') return value;
    throw outOfRange('an integer of at most 53 bits; use itemBigInt()', 'item', value, 'item');
  }

  /** The only element of an integer tensor, exactly. */
  itemBigInt(): bigint {
    const value = binding.item(handleOf(this));
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
  data(target?: TensorData, ...surplus: never[]): TensorData {
    refuseSurplus(surplus, 'data');
    const { array, width } = layoutOf(this.dtype);
    const length = binding.numelOf(handleOf(this)) * width;
    if (target !== undefined) {
      requireTarget(target, array.name, length);
      const { buffer, byteOffset, byteLength } = target;
      binding.toBytes(handleOf(this), new Uint8Array(buffer, byteOffset, byteLength));
      return target;
    }
    const bytes = Buffer.allocUnsafeSlow(length * array.BYTES_PER_ELEMENT);
    binding.toBytes(handleOf(this), new Uint8Array(bytes.buffer, 0, bytes.length));
    return new array(bytes.buffer, 0, length);
  }

  /** The elements as nested arrays of numbers (`bigint` for int64 and uint64, booleans for bool). */
  tolist(): NestedArray<Element> {
    const { dtype, shape } = this;
    const wanted = readableDtype(dtype);
    if (wanted === dtype) return nestElements(this.data(), dtype, shape);
    const readable = this.to(wanted);
    const items = nestElements(readable.data(), wanted, shape);
    readable.dispose();
    return items;
  }

  /** Refuses to be written as JSON, which would hold none of the elements. */
  toJSON(): never {
    throw invalidArgument('tolist(), or data() and shape,', 'JSON of a tensor', this, 'toJSON');
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
    return handleOf(this) < 0;
  }

  /** The slices along the first dimension. */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    const [length] = this.shape;
    if (length === undefined) {
      throw new ArgumentTypeError(
        'Expected at least one dimension to iterate over; to compare tensors in tests see metatorch/testing',
        'iterator',
      );
    }
    for (let i = 0; i < length; i++) yield this.select(0, i);
  }
}

/** True for tensors of this library. */
export const isTensor = isTensorHandle as (value: unknown) => value is Tensor;

/** The tensor for a handle that native code has just returned and that nothing else owns. @internal */
export function tensorOf(handle: number): Tensor {
  return new Tensor(handle, OWNED);
}

function requireGradient(tensor: Tensor, gradient: unknown): void {
  if (!isTensor(gradient)) throw invalidArgument('a tensor or null', 'grad', gradient, 'grad');
  if (gradient === tensor) {
    throw new ArgumentTypeError('grad: Expected another tensor for grad but received the same');
  }
  requireAlike(tensor, gradient, 'grad');
}
