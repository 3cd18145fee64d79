import { ArgumentRangeError, describe } from '../../../errors';
import type { Handle } from '../../../native';
import { binding } from '../../binding';
import { sameShape } from '../../check-tensors';

/** A parameter's name, and its type in words. */
export type CheckedParameter = { readonly name: string; readonly type: string };

/** Throws if libtorch would access memory out of bounds, or never return. */
export type Check = (args: CheckedArguments) => void;

/** The arguments of one call as checks see them: by name, as libtorch will get them. */
export class CheckedArguments {
  readonly #operator: string;
  readonly #parameters: readonly CheckedParameter[];
  readonly #values: readonly unknown[];

  constructor(
    operator: string,
    parameters: readonly CheckedParameter[],
    values: readonly unknown[],
  ) {
    this.#operator = operator;
    this.#parameters = parameters;
    this.#values = values;
  }

  /** The value in the schema's form, where a tensor is a handle; undefined where it was left out. */
  value(name: string): unknown {
    return this.#values[this.#parameters.findIndex((one) => one.name === name)] ?? undefined;
  }

  number(name: string, otherwise: number): number {
    const value = this.value(name);
    return value === undefined ? otherwise : Number(value);
  }

  /** The numbers of a list, or the one number that stands for a list; none of a word such as `valid`. */
  numbers(name: string): number[] {
    const value = this.value(name);
    if (value === undefined || typeof value === 'string') return [];
    return Array.isArray(value) ? value.map(Number) : [Number(value)];
  }

  tensor(name: string): TensorFacts | undefined {
    // A tensor travels as a number, and is told apart by its type.
    const parameter = this.#parameters.find((one) => one.name === name);
    const value = this.value(name);
    const isHandle = parameter?.type === 'Tensor' && typeof value === 'number';
    return isHandle ? new TensorFacts(name, value) : undefined;
  }

  tensors(name: string): TensorFacts[] {
    const parameter = this.#parameters.find((one) => one.name === name);
    const value = this.value(name);
    if (!parameter?.type.includes('Tensor') || !Array.isArray(value)) return [];
    return value.flatMap((handle, i) =>
      typeof handle === 'number' ? [new TensorFacts(`${name}[${i}]`, handle)] : [],
    );
  }

  /** Every tensor of the call, those in lists included. */
  allTensors(): TensorFacts[] {
    return this.#parameters.flatMap(({ name }) => {
      const one = this.tensor(name);
      return one === undefined ? this.tensors(name) : [one];
    });
  }

  /** @throws ArgumentRangeError «Expected X for Y but received Z» unless `fits` */
  require(fits: boolean, expected: string, name: string, received: unknown): void {
    if (fits) return;
    const given = typeof received === 'string' ? received : describe(received);
    throw new ArgumentRangeError(
      `${this.#operator}: Expected ${expected} for ${name} but received ${given}`,
      this.#operator,
    );
  }

  requireShape(tensor: TensorFacts | undefined, shape: readonly number[]): void {
    if (tensor === undefined) return;
    const fits = sameShape(tensor.shape, shape);
    this.require(fits, `shape ${written(shape)}`, tensor.name, written(tensor.shape));
  }

  /** Requires what an operator of libtorch that returns nothing accepts. */
  requireAccepted(operator: string, values: readonly unknown[]): void {
    try {
      call(operator, ...values);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message.replace(/^\S+: /, '') : String(cause);
      throw new ArgumentRangeError(`${this.#operator}: ${reason}`, this.#operator);
    }
  }

  /** Requires elements from `least` to `most`, where they can be read. */
  requireElements(tensor: TensorFacts | undefined, least: number, most: number): void {
    if (tensor !== undefined) this.requireRange(tensor.range(), least, most, tensor.name);
  }

  /** The same of the least and the greatest element. */
  requireRange(
    range: readonly [number, number] | undefined,
    least: number,
    most: number,
    name: string,
  ): void {
    if (range === undefined) return;
    const fits = range[0] >= least && range[1] <= most;
    const expected = most < least ? 'no elements' : `elements from ${least} to ${most}`;
    this.require(fits, expected, name, `elements from ${range[0]} to ${range[1]}`);
  }
}

/** The facts about a tensor that checks use before an operator gets it. */
export class TensorFacts {
  readonly name: string;
  readonly handle: Handle;

  constructor(name: string, handle: Handle) {
    this.name = name;
    this.handle = handle;
  }

  get shape(): number[] {
    return binding.shapeOf(this.handle);
  }

  get layout(): string {
    return binding.layoutOf(this.handle);
  }

  get dtype(): string {
    return binding.dtypeOf(this.handle);
  }

  get device(): string {
    return binding.deviceOf(this.handle);
  }

  get requiresGrad(): boolean {
    return binding.requiresGrad(this.handle);
  }

  get isContiguous(): boolean {
    return call('aten::is_contiguous', this.handle) === true;
  }

  /** True for the zeros without memory that autograd makes. */
  get isZeroTensor(): boolean {
    return call('aten::_is_zerotensor', this.handle) === true;
  }

  /**
   * The least and the greatest element of each row of a matrix, as `range` gives them; none of an empty matrix.
   *
   * @param counts how many of a row's first elements count. Default: all
   */
  rowRanges(counts?: readonly number[]): ([number, number] | undefined)[] {
    const [rows = 0, columns = 0] = this.shape;
    if (columns === 0) return [];
    return Array.from({ length: rows }, (_, i) => {
      const count = Math.max(0, Math.min(columns, counts?.[i] ?? columns));
      const row = call('aten::select', this.handle, 0, i) as Handle;
      const first = call('aten::narrow', row, 0, 0, count) as Handle;
      try {
        return new TensorFacts(this.name, first).range();
      } finally {
        binding.release(first);
        binding.release(row);
      }
    });
  }

  get #isReadable(): boolean {
    const hasElements = this.layout === 'strided' && this.device !== 'meta';
    return hasElements && !binding.isBatched(this.handle);
  }

  /** All elements as integers, in order; undefined if they cannot be read. */
  integers(): number[] | undefined {
    if (!this.#isReadable) return undefined;
    const wide = call('aten::_cast_Long', this.handle) as Handle;
    try {
      const numbers = new BigInt64Array(binding.numelOf(wide));
      binding.toBytes(wide, new Uint8Array(numbers.buffer));
      return Array.from(numbers, Number);
    } finally {
      binding.release(wide);
    }
  }

  /** The least and the greatest element; undefined if there are none or they cannot be read. */
  range(): [number, number] | undefined {
    if (!this.#isReadable || binding.numelOf(this.handle) === 0) return undefined;
    const [least, most] = call('aten::aminmax', this.handle) as [Handle, Handle];
    try {
      return [Number(binding.item(least)), Number(binding.item(most))];
    } finally {
      binding.release(least);
      binding.release(most);
    }
  }
}

const ids = new Map<string, number>();

function call(name: string, ...values: unknown[]): unknown {
  let id = ids.get(name);
  if (id === undefined) {
    id = binding.overloads(name).find(({ overload }) => /^(?:int)?$/.test(overload))?.id ?? -1;
    ids.set(name, id);
  }
  return binding.dispatch(id, ...values);
}

export function written(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** The greatest of the integers that many kernels compute with. */
export const INT32 = 2 ** 31 - 1;

/** Several checks, one after the other. */
export function all(...checks: readonly Check[]): Check {
  return (args) => {
    for (const check of checks) check(args);
  };
}
