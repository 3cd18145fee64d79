import { callable } from '../check';
import type { TensorHandle } from './handle';
import { enterScope, leaveScope, release, releaseAll, settle } from './ownership';
import { synchronous } from './synchronous';
import { leaves } from './tree';

/**
 * Runs `fn` and disposes of every tensor that it made, except those in what it returns: a tensor, or
 * arrays and plain objects of them. Scopes nest; a kept tensor belongs to the scope around.
 *
 * Finalizers do not run inside a synchronous loop, so a loop that makes tensors belongs in a scope:
 *
 *     for (const batch of batches) losses.push(torch.scope(() => lossOf(params, batch).item()));
 *
 * A loop that carries tensors from one step to the next is written with `torch.replace`.
 *
 * @throws ArgumentTypeError if `fn` returns a promise, since what it awaits would run after the scope,
 *   or arrays or objects that hold themselves
 */
export function scope<T>(fn: () => T): T {
  callable(fn, 'fn', 'scope');
  return ownWork(() => synchronous(fn(), 'scope'));
}

/** Runs `fn` in a scope, inside of which optimizers may overwrite the tensors `donated`. */
export function ownWork<T>(fn: () => T, donated?: ReadonlySet<TensorHandle>): T {
  const mine = enterScope(donated);
  let result: T;
  let kept: ReadonlySet<TensorHandle>;
  try {
    result = fn();
    kept = new Set(leaves(result));
  } catch (error) {
    leaveScope(mine);
    releaseAll(mine.owned);
    throw error;
  }
  leaveScope(mine);
  settle(mine, kept);
  return result;
}

/** Disposes of every tensor of a tree, except those that `kept` holds as well. */
export function disposeTree(tree: unknown, kept?: unknown): void {
  const stay = new Set(leaves(kept));
  for (const tensor of leaves(tree)) {
    if (!stay.has(tensor)) release(tensor);
  }
}
