import { invalidArgument } from '../errors';

/** The key to making tensors from handles; nothing outside this library has it. */
export const OWNED: unique symbol = Symbol('a handle that no other tensor owns');

// structuredClone and postMessage pass over private fields, methods and symbols as keys: they would
// make an empty object of a tensor. They refuse a symbol as a value, by its description.
const NOT_CLONED = Symbol(
  'A tensor: send tensor.share() and take it with torch.fromShared(), or send data() and shape;',
);

/** True for tensors of this copy of the library, whatever has been done to them. @internal */
export let isTensorHandle: (value: unknown) => value is TensorHandle;

/** The place in the native table; negative once disposed of. @internal */
export let handleOf: (tensor: TensorHandle) => number;

/**
 * Marks a tensor as disposed of, and returns the handle, which is the caller's now. `instead` is the
 * negative number that says why the handle is gone. @internal
 */
export let takeHandle: (tensor: TensorHandle, instead: number) => number;

/**
 * The part of a tensor that the layers below it know: its place in the native table. Private, so that
 * only a tensor passes for one, and even a frozen tensor can be disposed of.
 */
export abstract class TensorHandle {
  /** Makes copying a tensor as a plain object fail. @internal */
  readonly kind = NOT_CLONED;
  #handle: number;

  protected constructor(handle: number, owned: typeof OWNED) {
    if (owned !== OWNED) {
      throw invalidArgument(
        'torch.tensor() or an operator',
        'what makes a tensor',
        handle,
        'Tensor',
      );
    }
    this.#handle = handle;
  }

  static {
    isTensorHandle = (value): value is TensorHandle =>
      typeof value === 'object' && value !== null && #handle in value;
    handleOf = (tensor) => {
      // To look first whether it has one would take as long again, for every operand of every call.
      try {
        return tensor.#handle;
      } catch {
        throw invalidArgument('a tensor', 'this', tensor);
      }
    };
    takeHandle = (tensor, instead) => {
      if (!(#handle in tensor)) throw invalidArgument('a tensor', 'this', tensor);
      const handle = tensor.#handle;
      if (handle >= 0) tensor.#handle = instead;
      return handle;
    };
  }
}
