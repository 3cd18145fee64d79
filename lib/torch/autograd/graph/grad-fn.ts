import { callable } from '../../../check';
import { invalidArgument, TorchError } from '../../../errors';
import type { GraphNode } from '../../../native';
import { binding } from '../../binding';
import { handleOf } from '../../handle';
import { synchronous } from '../../synchronous';
import { isTensor, type Tensor, tensorOf } from '../../tensor';
import { requireAlike } from '../backward-arguments';
import { graphCallback } from './graph-callback';
import { HookHandle } from './hook-handle';

type Gradients = readonly (Tensor | null)[];

/** A hook of an operator: it gives the gradients to go on with, or nothing. */
type NodeHook<A extends readonly Gradients[]> =
  | ((...gradients: A) => Gradients)
  | ((...gradients: A) => void);

/**
 * An operator of a graph, which goes backward: it gets the gradients of what its forward operator gave,
 * and gives those of what that operator took. It does not keep its graph alive: once the tensors of the
 * graph have been freed, by a scope or by the garbage collector, it is an `ERR_TORCH_AUTOGRAD` to use it.
 */
export class GradFn {
  readonly #node: GraphNode;

  /** @internal */
  constructor(node: GraphNode) {
    this.#node = node;
  }

  /** For example `AddBackward0`, or `ExpBackward` for a `torch.autograd.Function` named `Exp`. */
  get name(): string {
    return binding.nodeName(this.#node);
  }

  /** A number that tells the operators of the graphs that are alive apart. */
  get id(): number {
    return binding.nodeAddress(this.#node);
  }

  /**
   * For every gradient that it gives the operator that gets it, and as which of its gradients; null for
   * a tensor that requires none. For a leaf that is an `AccumulateGrad`.
   */
  get nextFunctions(): readonly (readonly [GradFn | null, number])[] {
    return binding
      .nextNodes(this.#node)
      .map(([node, place]) => [node === null ? null : new GradFn(node), place] as const);
  }

  /** The leaf that an `AccumulateGrad` accumulates into, as a tensor of its own; null for others. */
  get variable(): Tensor | null {
    const handle = binding.nodeVariable(this.#node);
    return handle === null ? null : tensorOf(handle);
  }

  /**
   * Has `hook(gradInputs, gradOutputs)` called after the operator has run backward: with the gradients that
   * it gives and those that it got, null where there is none. What the hook returns, if anything, goes on
   * instead of the former. It is called with disposable tensors, in a scope.
   *
   * @throws TorchError `ERR_TORCH_VMAP` inside `torch.vmap`; in backward `ERR_TORCH_SHAPE`,
   *   `ERR_TORCH_DTYPE` or `ERR_TORCH_DEVICE` if a gradient is replaced by one that is not alike
   */
  registerHook(hook: NodeHook<[gradInputs: Gradients, gradOutputs: Gradients]>): HookHandle {
    callable(hook, 'hook', 'registerHook');
    refuseVmap('registerHook');
    const count = binding.nextNodes(this.#node).length;
    const callback = graphCallback((tensors) => {
      const gradInputs = tensors.slice(0, count);
      return replaced(hook(gradInputs, tensors.slice(count)), gradInputs, 'registerHook');
    });
    return new HookHandle(binding.registerNodeHook(this.#node, callback));
  }

  /**
   * Has `hook(gradOutputs)` called before the operator runs backward. What it returns, if anything, is what
   * the operator gets instead.
   *
   * @throws TorchError as `registerHook`
   */
  registerPrehook(hook: NodeHook<[gradOutputs: Gradients]>): HookHandle {
    callable(hook, 'hook', 'registerPrehook');
    refuseVmap('registerPrehook');
    const callback = graphCallback((gradOutputs) =>
      replaced(hook(gradOutputs), gradOutputs, 'registerPrehook'),
    );
    return new HookHandle(binding.registerNodePreHook(this.#node, callback));
  }

  toString(): string {
    return `<${this.name}>`;
  }
}

/** The operator that made a tensor; null for a leaf. */
export function gradFnOf(tensor: Tensor): GradFn | null {
  const node = binding.gradFn(handleOf(tensor));
  return node === null ? null : new GradFn(node);
}

function refuseVmap(operator: string): void {
  if (binding.vmapDepth() === 0) return;
  const message = `${operator}: Expected to be called outside vmap: operators see all samples at once`;
  throw new TorchError('ERR_TORCH_VMAP', message, { operator });
}

function replaced(result: unknown, before: Gradients, operator: string): Gradients | undefined {
  const found = synchronous(result, operator);
  if (found === undefined) return undefined;
  if (!Array.isArray(found) || found.length !== before.length) {
    const expected = `nothing or an array of ${before.length} gradients`;
    throw invalidArgument(expected, 'the result of the hook', found, operator);
  }
  return Array.from(found, (gradient: unknown, i) => {
    const name = `gradient ${i} of the result of the hook`;
    if (gradient === null) return null;
    if (!isTensor(gradient)) throw invalidArgument('a tensor or null', name, gradient, operator);
    const old = before[i] ?? null;
    if (old !== null) requireAlike(old, gradient, name, operator);
    return gradient;
  });
}
