import { callable } from '../check';
import type { TensorHandle } from './handle';
import { enterScope, leaveScope, release, releaseAll, settle } from './ownership';
import { synchronous } from './synchronous';
import type { Tensor } from './tensor';
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
  return ownWork(() => synchronous(fn(), 'scope')).result;
}

type Work<T> = {
  result: T;
  /** The tensors of the result. */
  kept: ReadonlySet<Tensor>;
};

/**
 * Runs `fn` in a scope, inside of which optimizers may overwrite the tensors `donated`.
 *
 * @param check refuses a result by throwing: then everything that was made is disposed of
 */
export function ownWork<T>(
  fn: () => T,
  donated?: ReadonlySet<TensorHandle>,
  check?: (work: Work<T>) => void,
): Work<T> {
  const mine = enterScope(donated);
  let work: Work<T>;
  try {
    const result = fn();
    work = { result, kept: new Set(leaves(result)) };
    check?.(work);
  } catch (error) {
    leaveScope(mine);
    releaseAll(mine.owned);
    throw error;
  }
  leaveScope(mine);
  settle(mine, work.kept);
  return work;
}

/** Disposes of every tensor of a tree, except those that `kept` holds as well. */
export function disposeTree(tree: unknown, kept?: unknown): void {
  const stay = new Set(leaves(kept));
  for (const tensor of leaves(tree)) {
    if (!stay.has(tensor)) release(tensor);
  }
}
