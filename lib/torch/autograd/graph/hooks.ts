import { callable, refuseSurplus } from '../../../check';
import { invalidArgument } from '../../../errors';
import { binding } from '../../binding';
import { handleOf } from '../../handle';
import { synchronous } from '../../synchronous';
import { isTensor, type Tensor } from '../../tensor';
import { requireAlike } from '../backward-arguments';
import type { GradFn } from './grad-fn';
import { graphCallback } from './graph-callback';
import { HookHandle } from './hook-handle';

/** A hook of a tensor: it gives the gradient to go on with, or nothing. */
export type TensorHook = ((gradient: Tensor) => Tensor) | ((gradient: Tensor) => void);

/** Members of `Tensor` for its graph. */
export type GraphMembers = {
  /**
   * The operator that made the tensor, with its `name`, for example `AddBackward0`, and
   * `nextFunctions`; null for a leaf. A new object on each access, with an `id` to compare.
   */
  readonly gradFn: GradFn | null;
  /**
   * Has `hook(gradient)` called whenever the gradient with respect to this tensor has been computed. What
   * the hook returns, if anything, is used instead of the gradient, and has its shape, dtype and device.
   * Hooks run in the order in which they came, in a scope. With `createGraph` what they do is recorded.
   *
   *     const handle = hidden.registerHook((gradient) => gradient.clamp(-1, 1));
   *     handle.remove();
   *
   * What it throws is thrown by `grad` or `backward`. It is freed with the tensor and its graph; a hook
   * that refers to its own tensor keeps both until it is removed or the tensor is disposed of.
   *
   * @throws TorchError `ERR_TORCH_AUTOGRAD` if the tensor does not require gradients
   */
  registerHook(hook: TensorHook): HookHandle;
  /**
   * Has `hook(leaf)` called whenever `backward` has accumulated into the `.grad` of this leaf, for example
   * to make an optimizer's step and free the gradient at once: `leaf.grad = null`. `leaf` is a tensor of
   * its own on the same memory.
   *
   * @throws TorchError `ERR_TORCH_AUTOGRAD` if the tensor is not a leaf that requires gradients,
   *   `ERR_TORCH_VMAP` inside `torch.vmap`
   */
  registerPostAccumulateGradHook(hook: (leaf: Tensor) => void): HookHandle;
};

function registerHook(this: Tensor, hook: TensorHook, ...surplus: never[]): HookHandle {
  refuseSurplus(surplus, 'registerHook');
  callable(hook, 'hook', 'registerHook');
  const callback = graphCallback(([gradient]) => {
    if (!gradient) return undefined;
    const found: unknown = synchronous(hook(gradient) as unknown, 'registerHook');
    if (found === undefined) return undefined;
    const name = 'the result of the hook';
    if (!isTensor(found)) throw invalidArgument('a tensor or nothing', name, found, 'registerHook');
    requireAlike(gradient, found, name, 'registerHook');
    return [found];
  });
  return new HookHandle(binding.registerHook(handleOf(this), callback));
}

function registerPostAccumulateGradHook(
  this: Tensor,
  hook: (leaf: Tensor) => void,
  ...surplus: never[]
): HookHandle {
  const operator = 'registerPostAccumulateGradHook';
  refuseSurplus(surplus, operator);
  callable(hook, 'hook', operator);
  const callback = graphCallback(([leaf]) => {
    if (leaf) synchronous(hook(leaf) as unknown, operator);
    return undefined;
  });
  return new HookHandle(binding.registerPostAccumulateGradHook(handleOf(this), callback));
}

export const hooks = { registerHook, registerPostAccumulateGradHook };
