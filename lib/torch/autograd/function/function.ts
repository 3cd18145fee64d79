import { ArgumentTypeError } from '../../../errors';
import { binding } from '../../binding';
import { handleOf } from '../../handle';
import { scope } from '../../scope';
import { synchronous } from '../../synchronous';
import { isTensor, type Tensor, tensorOf } from '../../tensor';
import { leaves } from '../../tree';
import { noGrad } from '../grad-modes';
import { type GraphCallback, graphCallback } from '../graph/graph-callback';
import { fillPlaces, placesOf } from '../graph/places';
import { type FunctionCall, runBackward } from './backward';
import { Context, finishContext } from './context';
import { inForwardMode } from './forward-mode';
import {
  type ArgumentsOf,
  checkedFunction,
  type FunctionClass,
  type ResultOf,
} from './function-class';
import { applyByRule } from './vmap-rule';

/**
 * An operator with derivatives of one's own: a class with static methods, which is never made an
 * instance of.
 *
 *     class Exp extends torch.autograd.Function {
 *       static forward(ctx: FunctionContext<[Tensor]>, x: Tensor): Tensor {
 *         const result = x.exp();
 *         ctx.saveForBackward(result);
 *         return result;
 *       }
 *       static backward(ctx: FunctionContext<[Tensor]>, gradOutput: Tensor) {
 *         const [result] = ctx.savedTensors;
 *         return gradOutput.mul(result);
 *       }
 *     }
 *     const y = Exp.apply(x);
 *
 * - `forward(ctx, ...inputs)` computes the result: a tensor, or arrays and objects of tensors and other
 *   things. Nothing is recorded in it. With `setupContext(ctx, inputs, output)` it is `forward(...inputs)`.
 * - `backward(ctx, ...gradOutputs)` gets the gradient of each output, for a result that is an array of
 *   each of its items, in the structure of the result. It gives the gradient of each argument, an array
 *   of as many; for one argument just its gradient. Null and undefined stand for none, and are all that is
 *   allowed for what is no tensor. Gradients have the shape, dtype and device of the argument. With
 *   `createGraph` it is recorded, so that gradients of every order follow.
 * - `jvp(ctx, ...tangents)` gives the tangents of the result for those of the arguments. `torch.jvp` and
 *   `torch.func.jacfwd` use it instead of `backward`, and without `backward` gradients are made by
 *   transposing it.
 * - `vmap(info, inDims, ...inputs)` is what `torch.vmap` calls with all samples, and gives
 *   `[result, outDims]`. Without it `forward` and `backward` themselves run with tensors of one sample.
 *
 * What is not a tensor may be kept on `ctx`, tensors by `ctx.saveForBackward`. What a method throws is
 * thrown by `apply`, `grad` or `backward`.
 */
export abstract class AutogradFunction {
  protected constructor() {
    throw new ArgumentTypeError('Expected Function.apply(...) rather than an instance', 'Function');
  }

  /**
   * Runs `forward`, as an operator whose derivatives are those of the class.
   *
   * @throws ArgumentTypeError unless it is called as a method of a class with `forward`, and `backward`
   *   or `jvp`; if `forward` returns one tensor twice, or leaves a tensor on `ctx`
   * @throws TorchError `ERR_TORCH_AUTOGRAD` if a leaf that requires gradients is marked dirty; later in
   *   backward if a saved tensor has been changed in place
   */
  static readonly apply: typeof applyFunction = applyFunction;
}

function applyFunction<F extends FunctionClass>(this: F, ...args: ArgumentsOf<F>): ResultOf<F> {
  return apply(checkedFunction(this), args) as ResultOf<F>;
}

function apply(fn: FunctionClass, args: readonly unknown[]): unknown {
  const byRule = fn.vmap !== undefined && binding.vmapDepth() > 0;
  return scope(() => (byRule ? applyByRule(fn, args, (again) => apply(fn, again)) : run(fn, args)));
}

function run(fn: FunctionClass, args: readonly unknown[]): unknown {
  const inputs = leaves(args);
  const isRecorded = binding.gradMode() && inputs.some((input) => input.requiresGrad);
  const ctx = new Context(args.map((arg) => leaves(arg).some((input) => input.requiresGrad)));
  const result = noGrad(() => forward(fn, ctx, args));
  const outputs = leaves(result);
  const facts = finishContext(ctx);
  requireDistinct(outputs, fn.name);
  const dirty = indicesOf(facts.dirty, inputs, 'an argument', 'markDirty');
  const constant = indicesOf(facts.constant, outputs, 'a result', 'markNonDifferentiable');
  if (!isRecorded) return withOwnTensors(result, inputs, facts.dirty);
  const call: FunctionCall = {
    ctx,
    args: placesOf(args) as readonly unknown[],
    result: placesOf(result),
    inputs: inputs.map(({ shape, dtype, device }) => ({ shape, dtype, device })),
    byJvp: fn.jvp !== undefined && (fn.backward === undefined || inForwardMode()),
  };
  const successors = binding.recordFunction(
    `${fn.name}Backward`,
    inputs.map(handleOf),
    outputs.map(handleOf),
    dirty,
    constant,
    facts.saved.flatMap((tensor) => (tensor === null ? [] : [handleOf(tensor)])),
    facts.materialize,
    backwardOf(fn, call),
  );
  return fillPlaces(call.result, (index) => {
    const successor = successors[index] ?? null;
    return successor === null ? outputs[index] : tensorOf(successor);
  });
}

/** By itself, since functions that are made in one place keep what any of them uses: the graph would keep its result. */
function backwardOf(fn: FunctionClass, call: FunctionCall): GraphCallback {
  return graphCallback((gradients, needed) => runBackward(fn, call, gradients, needed));
}

function forward(fn: FunctionClass, ctx: Context, args: readonly unknown[]): unknown {
  const { setupContext } = fn;
  const own = setupContext === undefined ? [ctx, ...args] : args;
  const result = synchronous(fn.forward(...(own as never[])), fn.name);
  synchronous(setupContext?.call(fn, ctx as never, args as never, result as never), fn.name);
  return result;
}

function requireDistinct(outputs: readonly Tensor[], name: string): void {
  if (new Set(outputs).size === outputs.length) return;
  throw new ArgumentTypeError(
    `${name}: Expected another tensor for every part of the result but received one twice; clone() it`,
    name,
  );
}

function indicesOf(
  tensors: readonly Tensor[],
  all: readonly Tensor[],
  what: string,
  operator: string,
): number[] {
  return tensors.map((tensor, i) => {
    const index = all.indexOf(tensor);
    if (index >= 0) return index;
    throw new ArgumentTypeError(`${operator}: Expected ${what} for tensors[${i}]`, operator);
  });
}

/** The result of a call that is not recorded. An input in it is one of the caller's: it gets an alias. */
function withOwnTensors(
  result: unknown,
  inputs: readonly Tensor[],
  dirty: readonly Tensor[],
): unknown {
  const given = new Set(inputs);
  for (const tensor of dirty) given.delete(tensor);
  if (!leaves(result).some((tensor) => given.has(tensor))) return result;
  const tensors = leaves(result);
  return fillPlaces(placesOf(result), (index) => {
    const tensor = tensors[index];
    return isTensor(tensor) && given.has(tensor) ? tensor.viewAs(tensor) : tensor;
  });
}
