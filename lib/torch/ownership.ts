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
  /** Bytes that live on of tensors released by the scopes inside: the graphs of what these have kept hold them. */
  released: number;
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
  const mine: Scope = {
    owned: [],
    outer: innermost,
    sweepAt: FIRST_SWEEP,
    released: 0,
    ...(donated && { donated }),
  };
  innermost = mine;
  return mine;
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
export function settle({ owned, released }: Scope, kept: ReadonlySet<TensorHandle>): void {
  if (kept.size === 0) {
    releaseAll(owned);
    return;
  }
  const gone: TensorHandle[] = [];
  const staying = innermost?.owned ?? [];
  for (const tensor of owned) (kept.has(tensor) ? staying : gone).push(tensor);
  let bytes = released + releaseAll(gone);
  if (innermost === undefined) {
    for (const tensor of staying) if (handleOf(tensor) >= 0) bytes = own(tensor, bytes);
    return;
  }
  innermost.released += bytes;
  // Otherwise a loop inside one long scope would keep the memory of every step's results.
  if (staying.length >= innermost.sweepAt) {
    innermost.owned = staying.filter((tensor) => handleOf(tensor) >= 0);
    innermost.sweepAt = Math.max(FIRST_SWEEP, 2 * innermost.owned.length);
  }
}

/** Registers a new tensor with whatever will release it. */
export function track(tensor: TensorHandle): void {
  if (observer !== undefined) observer(tensor);
  own(tensor);
}

/**
 * Gives a tensor to the innermost scope, or to the garbage collector.
 *
 * @param released bytes of tensors that are gone, which its graph may hold
 * @returns those that it does not
 */
export function own(tensor: TensorHandle, released = 0): number {
  if (innermost !== undefined) {
    innermost.owned.push(tensor);
    return released;
  }
  const handle = handleOf(tensor);
  registry.register(tensor, handle, tensor);
  return binding.leaveToCollector(handle, released);
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

/** Releases tensors that the registry does not know, as those of a scope: their bytes that live on. */
export function releaseAll(tensors: readonly TensorHandle[], reason = DISPOSED): number {
  let [count, bytes] = [0, 0];
  for (const tensor of tensors) {
    const handle = takeHandle(tensor, reason);
    if (handle < 0) continue;
    batch[count++] = handle;
    if (count === BATCH) {
      bytes += binding.releaseAll(batch, count);
      count = 0;
    }
  }
  return count > 0 ? bytes + binding.releaseAll(batch, count) : bytes;
}
