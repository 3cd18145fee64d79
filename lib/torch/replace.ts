import { callable, isPlainObject } from '../check';
import { ArgumentTypeError, invalidArgument, TorchError } from '../errors';
import { release } from './ownership';
import { ownWork } from './scope';
import { synchronous } from './synchronous';
import { isTensor, type Tensor } from './tensor';
import { leaves, pathOf } from './tree';

/**
 * One step of a loop that carries tensors along: runs `fn` on a tree of them, and returns what `fn`
 * returns, which takes the tree's place. Everything else is freed: what `fn` made, as by
 * `torch.scope`, and every tensor of the old tree that the new one does not hold.
 *
 *     let run = { params, state: optimizer.init(params) };
 *     for (const batch of batches) {
 *       run = torch.replace(run, ({ params, state }) => {
 *         const gradients = torch.grad(lossOf(params, batch), params);
 *         return optimizer.update(gradients, state, params);
 *       });
 *     }
 *
 * Inside, the tree is donated, as JAX calls it: an `optimizer.update` of parameters and a state that
 * are both part of it consumes them. It records nothing, may write the new values where the old ones
 * were, and its parameters require gradients as the old ones did. The old tensors, and views of them
 * that `fn` has made, are then disposed of: to read one is an `ERR_TORCH_DISPOSED` that says so.
 * Memory that anything else shows is never overwritten but copied: other tensors and views, graphs,
 * tokens of `share()`, typed arrays. To keep the values of a tree, `clone()` them before.
 *
 * If `fn` throws, everything that it made is freed and the old tree is whole, unless an update has
 * consumed it: so put the update last.
 *
 * @param tree a tensor, or arrays and plain objects of them; what else they hold is left alone
 * @throws ArgumentTypeError if `tree` is not such a tree, or if `fn` returns a promise, or tensors with a
 *   graph, which would keep the old ones alive
 * @throws TorchError `ERR_TORCH_DISPOSED` if `fn` returns a tensor that has been disposed of
 */
export function replace<T, R>(tree: T, fn: (tree: T) => R): R {
  if (!isTensor(tree) && !Array.isArray(tree) && !isPlainObject(tree)) {
    throw invalidArgument('a tensor, array or plain object', 'tree', tree, 'replace');
  }
  callable(fn, 'fn', 'replace');
  const old = new Set(leaves(tree));
  const { result, kept } = ownWork(
    () => synchronous(fn(tree), 'replace'),
    old,
    (work) => requireLasting(work.kept, old, work.result),
  );
  for (const tensor of old) if (!kept.has(tensor)) release(tensor);
  return result;
}

/** Refuses disposed tensors, and those with a graph, which would keep the whole step alive. */
function requireLasting(kept: ReadonlySet<Tensor>, old: ReadonlySet<Tensor>, made: unknown): void {
  for (const tensor of kept) {
    if (tensor.isDisposed) {
      throw new TorchError(
        'ERR_TORCH_DISPOSED',
        `replace: Expected a live tensor for ${placeOf(tensor, made)} but received one that has been disposed of, or whose memory an optimizer has overwritten`,
        { operator: 'replace' },
      );
    }
    if (tensor.isLeaf || old.has(tensor)) continue;
    throw new ArgumentTypeError(
      `Expected a tensor without a graph for ${placeOf(tensor, made)} but received one made by ${tensor.gradFn?.name}, which would keep the whole step alive: detach() it, take its item(), or make it inside torch.noGrad`,
      'replace',
    );
  }
}

function placeOf(tensor: Tensor, made: unknown): string {
  const path = pathOf(tensor, made);
  return path === '' ? 'the result of fn' : `'${path}' in the result of fn`;
}
