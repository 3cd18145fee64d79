import { binding } from './binding';
import { handleOf, isWatched, setWatched, type TensorHandle, takeHandle } from './handle';

/** The tensors made while it is the innermost scope, in order. */
export type Scope = { readonly owned: TensorHandle[] };

const BATCH = 1024;

let innermost: Scope | undefined;
const batch = new Int32Array(BATCH);

// The safety net for tensors made outside of any scope. It runs only when the event loop turns.
const registry = new FinalizationRegistry<number>((handle) => binding.release(handle));

let observer: ((tensor: TensorHandle) => void) | undefined;

/** Has `fn` told of every new tensor, or nobody. */
export function observeTensors(fn: ((tensor: TensorHandle) => void) | undefined): void {
  observer = fn;
}

/** Makes `scope` the innermost one, and returns the one that was. */
export function exchangeScope(scope: Scope | undefined): Scope | undefined {
  const outer = innermost;
  innermost = scope;
  return outer;
}

/** Notes a new tensor with whoever will release it. */
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
  setWatched(tensor);
  registry.register(tensor, handleOf(tensor), tensor);
}

/** Releases a tensor's handle now. Backward graphs keep what they need of it. */
export function release(tensor: TensorHandle): void {
  const handle = takeHandle(tensor);
  if (handle < 0) return;
  binding.release(handle);
  if (isWatched(tensor)) registry.unregister(tensor);
}

/** Releases tensors of a scope, which the registry does not know. */
export function releaseAll(tensors: readonly TensorHandle[]): void {
  let count = 0;
  for (const tensor of tensors) {
    const handle = takeHandle(tensor);
    if (handle < 0) continue;
    batch[count++] = handle;
    if (count === BATCH) {
      binding.releaseAll(batch, count);
      count = 0;
    }
  }
  if (count > 0) binding.releaseAll(batch, count);
}
