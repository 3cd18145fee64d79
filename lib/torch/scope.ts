import { handleOf, type TensorHandle } from './handle';
import { exchangeScope, own, release, releaseAll, type Scope } from './ownership';
import { synchronous } from './synchronous';
import { leaves } from './tree';

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
  const mine: Scope = { owned: [] };
  const outer = exchangeScope(mine);
  let result: T;
  let kept: ReadonlySet<TensorHandle>;
  try {
    result = synchronous(fn(), 'scope');
    kept = new Set(leaves(result));
  } catch (error) {
    exchangeScope(outer);
    releaseAll(mine.owned);
    throw error;
  }
  exchangeScope(outer);
  settle(mine.owned, kept);
  return result;
}

/** Releases what is not kept and hands the rest to the scope around. */
function settle(owned: readonly TensorHandle[], kept: ReadonlySet<TensorHandle>): void {
  if (kept.size === 0) {
    releaseAll(owned);
    return;
  }
  releaseAll(owned.filter((tensor) => !kept.has(tensor)));
  for (const tensor of owned) {
    if (handleOf(tensor) >= 0) own(tensor);
  }
}

/** Disposes of every tensor of a tree, except those that `kept` holds as well. */
export function disposeTree(tree: unknown, kept?: unknown): void {
  const stay = new Set(leaves(kept));
  for (const tensor of leaves(tree)) {
    if (!stay.has(tensor)) release(tensor);
  }
}
