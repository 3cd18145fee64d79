import { binding } from './binding';
import { synchronous } from './synchronous';
import type { Tensor } from './tensor';
import { leaves } from './tree';

/** The tensors made while it is the innermost scope, in order. */
type Scope = { readonly owned: Tensor[] };

const BATCH = 1024;

let innermost: Scope | undefined;
const batch = new Int32Array(BATCH);

// The safety net for tensors made outside of any scope. It runs only when the event loop turns.
const registry = new FinalizationRegistry<number>((handle) => binding.release(handle));

let observer: ((tensor: Tensor) => void) | undefined;

/** Has `fn` told of every new tensor, or nobody. */
export function observeTensors(fn: ((tensor: Tensor) => void) | undefined): void {
  observer = fn;
}

/** Notes a new tensor with whoever will release it. */
export function track(tensor: Tensor): void {
  if (observer !== undefined) observer(tensor);
  own(tensor);
}

function own(tensor: Tensor): void {
  if (innermost !== undefined) {
    innermost.owned.push(tensor);
    return;
  }
  tensor.watched = true;
  registry.register(tensor, tensor.handle, tensor);
}

/** Releases a tensor's handle now. Backward graphs keep what they need of it. */
export function release(tensor: Tensor): void {
  if (tensor.handle < 0) return;
  binding.release(tensor.handle);
  tensor.handle = -1;
  if (tensor.watched) registry.unregister(tensor);
}

/**
 * Runs `fn` and disposes of every tensor that it made, except those in what it returns: a tensor, or
 * arrays and plain objects of them. Scopes nest; a kept tensor belongs to the scope around.
 *
 * Finalizers do not run inside a synchronous loop, so a loop that makes tensors belongs in a scope:
 *
 *     for (const batch of batches) params = torch.scope(() => step(params, batch));
 *
 * @throws ArgumentTypeError if `fn` returns a promise, since what it awaits would run after the scope,
 *   or arrays or objects that hold themselves
 */
export function scope<T>(fn: () => T): T {
  const outer = innermost;
  const mine: Scope = { owned: [] };
  innermost = mine;
  let result: T;
  let kept: ReadonlySet<Tensor>;
  try {
    result = synchronous(fn(), 'scope');
    kept = new Set(leaves(result));
  } catch (error) {
    innermost = outer;
    releaseAll(mine.owned);
    throw error;
  }
  innermost = outer;
  settle(mine.owned, kept);
  return result;
}

/** Releases what is not kept and hands the rest to the scope around. */
function settle(owned: readonly Tensor[], kept: ReadonlySet<Tensor>): void {
  if (kept.size === 0) {
    releaseAll(owned);
    return;
  }
  releaseAll(owned.filter((tensor) => !kept.has(tensor)));
  for (const tensor of owned) {
    if (tensor.handle >= 0) own(tensor);
  }
}

function releaseAll(tensors: readonly Tensor[]): void {
  let count = 0;
  for (const tensor of tensors) {
    if (tensor.handle < 0) continue;
    batch[count++] = tensor.handle;
    tensor.handle = -1;
    if (count === BATCH) {
      binding.releaseAll(batch, count);
      count = 0;
    }
  }
  if (count > 0) binding.releaseAll(batch, count);
}

/** Disposes of every tensor of a tree, except those that `kept` holds as well. */
export function disposeTree(tree: unknown, kept?: unknown): void {
  const stay = new Set(leaves(kept));
  for (const tensor of leaves(tree)) {
    if (!stay.has(tensor)) release(tensor);
  }
}
