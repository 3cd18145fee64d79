import { binding } from './binding';
import { handleOf, type TensorHandle, takeHandle } from './handle';

/** A part of a program that owns the tensors made in it. */
export type Scope = {
  /** The tensors made while it is the innermost scope, in order. */
  owned: TensorHandle[];
  readonly outer: Scope | undefined;
  /** Those from outside that optimizers may overwrite. */
  readonly donated?: ReadonlySet<TensorHandle>;
  /** How many it may own before it next drops those that are gone. */
  sweepAt: number;
};

const BATCH = 1024;
// Handles that are never in the table. The binding chooses its error by them.
const DISPOSED = -1;
const DONATED = -2;
const FIRST_SWEEP = 1024;

let innermost: Scope | undefined;
const batch = new Int32Array(BATCH);

// The safety net for tensors made outside of any scope. It runs only when the event loop turns.
const registry = new FinalizationRegistry<number>((handle) => binding.release(handle));

let observer: ((tensor: TensorHandle) => void) | undefined;

/** Has `fn` called with every new tensor; undefined stops that. */
export function observeTensors(fn: ((tensor: TensorHandle) => void) | undefined): void {
  observer = fn;
}

/** Opens a scope inside the innermost one. */
export function enterScope(donated?: ReadonlySet<TensorHandle>): Scope {
  innermost = { owned: [], outer: innermost, sweepAt: FIRST_SWEEP, ...(donated && { donated }) };
  return innermost;
}

/** Closes the innermost scope, which keeps what it owns until its tensors are released or settled. */
export function leaveScope({ outer }: Scope): void {
  innermost = outer;
}

/** The innermost scope. */
export function currentScope(): Scope | undefined {
  return innermost;
}

/** Releases what is not kept and hands the rest to the scope around. */
export function settle({ owned }: Scope, kept: ReadonlySet<TensorHandle>): void {
  if (kept.size === 0) {
    releaseAll(owned);
    return;
  }
  const gone: TensorHandle[] = [];
  const staying: TensorHandle[] = [];
  for (const tensor of owned) (kept.has(tensor) ? staying : gone).push(tensor);
  releaseAll(gone);
  for (const tensor of staying) {
    if (handleOf(tensor) >= 0) own(tensor);
  }
  // Otherwise a loop inside one long scope would keep the memory of every step's results.
  if (innermost !== undefined && innermost.owned.length >= innermost.sweepAt) {
    innermost.owned = innermost.owned.filter((tensor) => handleOf(tensor) >= 0);
    innermost.sweepAt = Math.max(FIRST_SWEEP, 2 * innermost.owned.length);
  }
}

/** Registers a new tensor with whatever will release it. */
export function track(tensor: TensorHandle): void {
  if (observer !== undefined) observer(tensor);
  own(tensor);
}

/** Gives a tensor to the innermost scope, or to the garbage collector. */
export function own(tensor: TensorHandle): void {
  if (innermost !== undefined) {
    innermost.owned.push(tensor);
    return;
  }
  const handle = handleOf(tensor);
  registry.register(tensor, handle, tensor);
  binding.leaveToCollector(handle);
}

/** Releases a tensor's handle now. Backward graphs keep what they need of it. */
export function release(tensor: TensorHandle): void {
  const handle = takeHandle(tensor, DISPOSED);
  if (handle < 0) return;
  binding.release(handle);
  registry.unregister(tensor);
}

/** Releases tensors whose memory something else has taken over; errors about them say so. */
export function releaseDonated(tensors: readonly TensorHandle[]): void {
  for (const tensor of tensors) registry.unregister(tensor);
  releaseAll(tensors, DONATED);
}

/** Releases tensors that the registry does not know, as those of a scope. */
export function releaseAll(tensors: readonly TensorHandle[], reason = DISPOSED): void {
  let count = 0;
  for (const tensor of tensors) {
    const handle = takeHandle(tensor, reason);
    if (handle < 0) continue;
    batch[count++] = handle;
    if (count === BATCH) {
      binding.releaseAll(batch, count);
      count = 0;
    }
  }
  if (count > 0) binding.releaseAll(batch, count);
}
