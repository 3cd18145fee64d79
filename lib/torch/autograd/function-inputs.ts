import { flagsOf } from '../../check';
import { ArgumentTypeError, invalidArgument, TorchError } from '../../errors';
import { binding } from '../binding';
import { handleOf } from '../handle';
import { scope } from '../scope';
import { synchronous } from '../synchronous';
import { isTensor, type Tensor, tensorOf } from '../tensor';
import { leaves, mapTree, type Tree } from '../tree';
import { independent, named } from './checks';
import { gradOrNull } from './grad';
import { enableGrad, refuseInference } from './grad-modes';
import { replaceParts } from './graph/places';

/** What a function is called with: the items of an array one by one, any other tree as it is. */
export type Inputs<T extends Tree> = T extends readonly Tree[] ? T : readonly [T];

/** A function of a tree of inputs whose result is a tree. */
export type TreeFunction<T extends Tree, O> = (...inputs: Inputs<T>) => O;

export type CreateGraphOptions = {
  /**
   * Record the result's own computation, so that it can be differentiated with respect to the inputs
   * and to what `fn` uses of its surroundings. Default: whether it is computed inside of another of
   * these functions, such as `jacobian`, which differentiates it.
   */
  createGraph?: boolean;
};

export type DerivativeOptions = CreateGraphOptions & {
  /**
   * Refuse a result that does not depend on every input, such as one that is computed under `noGrad`;
   * else its derivatives are zeros. Default: false.
   */
  strict?: boolean;
};

export const DERIVATIVE_OPTIONS = ['createGraph', 'strict'] as const;

/** Calls `fn` with its inputs as `Inputs` describes; it must not give a promise. */
export function callWith<T extends Tree, O>(
  fn: TreeFunction<T, O>,
  inputs: T,
  operator: string,
): O {
  const list = Array.isArray(inputs) ? inputs : [inputs];
  return synchronous(fn(...(list as unknown as Inputs<T>)), operator);
}

/**
 * Copies of the inputs, without copying data, to differentiate with respect to: each a variable of
 * its own, so that no input counts as part of another, connected to the originals if the result is
 * to be differentiable. Inside vmap every sample has copies of its own, so that one pass gives each
 * sample's gradients.
 */
export function ownInputs<T extends Tree>(
  inputs: T,
  createGraph: boolean,
  name: string,
  operator: string,
): T {
  let count = 0;
  const own = named(name, operator, () =>
    mapTree(([input], path) => {
      count++;
      requireDifferentiable(input, path === '' ? name : `${name}.${path}`, operator);
      return ownInput(input, createGraph);
    }, inputs),
  );
  if (count > 0) return own;
  throw new ArgumentTypeError(`${operator}: Expected at least one tensor in ${name}`, operator);
}

function requireDifferentiable(input: Tensor, name: string, operator: string): void {
  if (input.isFloatingPoint() || input.isComplex()) return;
  const expected = 'a tensor of floating-point or complex numbers';
  const message = `${operator}: Expected ${expected} for ${name} but received ${input.dtype}`;
  throw new TorchError('ERR_TORCH_DTYPE', message, { operator });
}

/** @throws TorchError `ERR_TORCH_AUTOGRAD` for a value of several elements, or of none */
export function requireOneElement(value: Tensor, operator: string): void {
  if (value.numel() === 1) return;
  const found = `shape [${value.shape.join(', ')}]`;
  const message = `${operator}: Expected one element for the result of fn but received ${found}`;
  throw new TorchError('ERR_TORCH_AUTOGRAD', message, { operator });
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
export function gradientsOf<T extends Tree>(
  value: unknown,
  inputs: T,
  strict: boolean,
  operator: string,
): T {
  if (!isTensor(value)) throw invalidArgument('a tensor', 'the result of fn', value, operator);
  requireOneElement(value, operator);
  // The engine refuses constants.
  const variable = value.requiresGrad ? value : value.detach().requiresGrad_();
  const gradients = gradOrNull(variable, leaves(inputs), { createGraph: true });
  if (strict && gradients.includes(null)) throw dependent('the result of fn', operator);
  let next = 0;
  return mapTree(([input]) => gradients[next++] ?? input.zerosLike(), inputs);
}

/** The error of `strict`. */
export function dependent(what: string, operator: string): TorchError {
  return independent(`${what} to depend on every input`, operator);
}

/** Results as they are returned: without their graph unless it was asked for. */
export function detachUnless<T extends Tree>(createGraph: boolean, tree: T): T {
  return createGraph ? tree : mapTree(([tensor]) => tensor.detach(), tree);
}

/** The same for a value of any kind, whose tensors need no graph if there is to be none. */
export function detachPartsUnless(createGraph: boolean, value: unknown): unknown {
  if (createGraph || !leaves(value).some((tensor) => tensor.requiresGrad)) return value;
  return replaceParts(value, isTensor, (tensor) => tensor.detach());
}

// Each thread has its own depth, and its own copy of this module.
let depth = 0;

/** Whether a function that is differentiated is running, whose parts have to be recorded. */
export function insideTransform(): boolean {
  return depth > 0;
}

/** The flags of derivatives, with `createGraph` as it is by default. */
export function derivativeFlags<K extends string>(
  options: { readonly [key in K | 'createGraph']?: boolean },
  known: readonly (K | 'createGraph')[],
  operator: string,
): Record<K | 'createGraph', boolean> {
  const flags = flagsOf(options, known, operator);
  return options.createGraph === undefined ? { ...flags, createGraph: insideTransform() } : flags;
}

/**
 * Runs `fn` recording operators, in a scope.
 *
 * @throws TorchError `ERR_TORCH_AUTOGRAD` in inference mode, where nothing can be recorded
 */
export function recorded<R>(operator: string, fn: () => R): R {
  refuseInference(operator);
  depth++;
  try {
    return scope(() => enableGrad(fn));
  } finally {
    depth--;
  }
}
