import { invalidArgument } from '../../errors';
import { binding } from '../binding';
import { knownOptions, requireBoolean } from '../check-options';
import { handleOf } from '../handle';
import { scope } from '../scope';
import { isTensor, type Tensor, tensorOf } from '../tensor';
import { mapTree, type Tree } from '../tree';
import { grad } from './grad';
import { enableGrad } from './grad-modes';

/** What a function is called with: the items of an array one by one, any other tree as it is. */
export type Inputs<T extends Tree> = T extends readonly Tree[] ? T : readonly [T];

/** A function of a tree of inputs whose result is a tree. */
export type TreeFunction<T extends Tree, O> = (...inputs: Inputs<T>) => O;

export type CreateGraphOptions = {
  /**
   * Record the result's own computation, so that it can be differentiated with respect to the inputs
   * and to what `fn` uses of its surroundings. Default: false.
   */
  createGraph?: boolean;
};

/** Whether to record the result's own computation. */
export function createGraphOf(options: CreateGraphOptions, operator: string): boolean {
  const { createGraph = false } = knownOptions(options, ['createGraph'], operator);
  return requireBoolean(createGraph, 'createGraph', operator);
}

/** Calls `fn` as `Inputs` tells. */
export function callWith<T extends Tree, O>(fn: TreeFunction<T, O>, inputs: T): O {
  const list = Array.isArray(inputs) ? inputs : [inputs];
  return fn(...(list as unknown as Inputs<T>));
}

/**
 * Copies of the inputs, without copying data, to differentiate with respect to: each a variable of
 * its own, so that no input counts as part of another, connected to the originals if the result is
 * to be differentiable. Inside vmap every sample has copies of its own, so that one pass gives each
 * sample's gradients.
 */
export function ownInputs<T extends Tree>(inputs: T, createGraph: boolean): T {
  return mapTree(([input]) => ownInput(input, createGraph), inputs);
}

function ownInput(input: Tensor, createGraph: boolean): Tensor {
  const connected = createGraph && input.requiresGrad;
  const own = connected ? input.viewAs(input) : input.detach();
  const each = binding.vmapDepth() > 0 ? tensorOf(binding.varyAlongAll(handleOf(own))) : own;
  return connected ? each : each.requiresGrad_();
}

/**
 * The gradients of a function's value of one element, to be differentiated again; zeros where it does
 * not depend on an input.
 */
export function gradientsOf<T extends Tree>(value: unknown, inputs: T, operator: string): T {
  if (!isTensor(value)) throw invalidArgument('a tensor', 'the result of fn', value, operator);
  // The engine refuses constants; what it says of several elements holds for them too.
  const variable = value.requiresGrad ? value : value.detach().requiresGrad_();
  return grad(variable, inputs, { createGraph: true, allowUnused: true });
}

/** Results as they may leave: without their graph unless that was asked for. */
export function detachUnless<T extends Tree>(createGraph: boolean, tree: T): T {
  return createGraph ? tree : mapTree(([tensor]) => tensor.detach(), tree);
}

/** Runs `fn` recording operators, in a scope. */
export function recorded<R>(fn: () => R): R {
  return scope(() => enableGrad(fn));
}
