import { binding } from './binding';
import { handleOf, type TensorHandle } from './handle';
import { currentScope, releaseDonated, type Scope } from './ownership';
import type { Tensor } from './tensor';

/** Tensors that `torch.replace` lets an optimizer overwrite. */
export type Donation = {
  /** The same elements as a new contiguous tensor that may be written: on the same memory, or a copy. */
  own(tensor: Tensor): Tensor;
  /** Disposes of the donated tensors and of whatever else refers to memory that has been overwritten. */
  settle(): void;
};

/**
 * What may become of tensors that are about to be replaced: undefined unless all of them belong to one
 * tree that a `replace` around is replacing. What is about to be read is never overwritten.
 */
export function donationOf(
  tensors: readonly Tensor[],
  read: readonly Tensor[],
): Donation | undefined {
  const made = madeSinceDonated(tensors);
  if (made === undefined) return undefined;
  // Not every rule overwrites.
  let found: { free: ReadonlySet<Tensor>; views: readonly TensorHandle[] } | undefined;
  return {
    own(tensor) {
      found ??= overwritable(tensors, read, made);
      const alias = tensor.detach();
      return found.free.has(tensor) ? alias : alias.clone({ memoryFormat: 'contiguous_format' });
    },
    settle() {
      // The fused kernels do not count as changes in place.
      binding.noteChanges(handlesOf([...(found?.free ?? [])]));
      releaseDonated([...tensors, ...(found?.views ?? [])]);
    },
  };
}

/** The tensors whose memory nothing refers to but themselves and the `views` among those just made. */
function overwritable(
  tensors: readonly Tensor[],
  read: readonly Tensor[],
  made: readonly TensorHandle[],
): { free: ReadonlySet<Tensor>; views: readonly TensorHandle[] } {
  const needed = new Set<TensorHandle>(read);
  const wanted = tensors.filter((tensor) => !needed.has(tensor));
  const others = made.filter((tensor) => handleOf(tensor) >= 0 && !needed.has(tensor));
  const marks = handlesOf([...wanted, ...others]);
  binding.markOverwritable(marks, wanted.length);
  const isMarked = (from: number) => (_: unknown, i: number) => marks[from + i] === 1;
  return {
    free: new Set(wanted.filter(isMarked(0))),
    views: others.filter(isMarked(wanted.length)),
  };
}

// An optimizer's step comes through here: `Int32Array.from` with a function takes several times as long.
function handlesOf(tensors: readonly TensorHandle[]): Int32Array {
  const handles = new Int32Array(tensors.length);
  for (let i = 0; i < handles.length; i++) handles[i] = handleOf(tensors[i] as TensorHandle);
  return handles;
}

/** What the scopes inside of the replacement own, if all of the tensors are donated to it. */
function madeSinceDonated(tensors: readonly Tensor[]): TensorHandle[] | undefined {
  const inside: Scope[] = [];
  for (let scope = currentScope(); scope !== undefined; scope = scope.outer) {
    inside.push(scope);
    const { donated } = scope;
    if (donated === undefined || !tensors.every((tensor) => donated.has(tensor))) continue;
    return inside.flatMap(({ owned }) => owned);
  }
  return undefined;
}
