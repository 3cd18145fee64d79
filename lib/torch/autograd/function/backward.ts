import { ArgumentTypeError, describe, invalidArgument } from '../../../errors';
import type { Dtype } from '../../dtype';
import { functions } from '../../operators/operators';
import { synchronous } from '../../synchronous';
import { isTensor, type Tensor } from '../../tensor';
import { requireAlike } from '../backward-arguments';
import { gradOrNull } from '../grad';
import { enableGrad, isGradEnabled } from '../grad-modes';
import { fillPlaces, onlyPlaces, visitPlaces } from '../graph/places';
import { type Context, insideBackward } from './context';
import type { FunctionClass } from './function-class';

type Facts = { readonly shape: readonly number[]; readonly dtype: Dtype; readonly device: string };

/** What backward has to know of one call of a function. */
export type FunctionCall = {
  readonly ctx: Context;
  /** The arguments and the result, with places for their tensors. */
  readonly args: readonly unknown[];
  readonly result: unknown;
  /** Every tensor of the arguments. */
  readonly inputs: readonly Facts[];
  /** Differentiate by `jvp` rather than `backward`. */
  readonly byJvp: boolean;
};

/** The gradients of every tensor of the arguments, given those of every tensor of the result. */
export function runBackward(
  fn: FunctionClass,
  call: FunctionCall,
  gradients: readonly (Tensor | null)[],
  needed: readonly boolean[],
): (Tensor | null)[] {
  const byArgument = call.args.map((arg) => placeIndices(arg).some((i) => needed[i]));
  return insideBackward(call.ctx, byArgument, () =>
    call.byJvp
      ? transposedJvp(fn, call, gradients, needed)
      : collect(call, callBackward(fn, call, gradients), fn.name),
  );
}

function callBackward(
  fn: FunctionClass,
  { ctx, result }: FunctionCall,
  gradients: readonly (Tensor | null)[],
): unknown {
  const parts = Array.isArray(result) ? result : [result];
  const gradOutputs = parts.map((part) => onlyPlaces(part, (index) => gradients[index] ?? null));
  return synchronous(fn.backward?.(ctx as never, ...(gradOutputs as never[])), fn.name);
}

/** The gradients of each tensor, out of those of the arguments as `backward` returns them. */
function collect({ args, inputs }: FunctionCall, found: unknown, name: string): (Tensor | null)[] {
  const operator = `${name}.backward`;
  const list: unknown = args.length === 1 && !Array.isArray(found) ? [found] : found;
  if (!Array.isArray(list) || list.length !== args.length) {
    const received = Array.isArray(list) ? `${list.length}` : describe(list);
    throw new ArgumentTypeError(
      `${operator}: Expected ${args.length} gradients, one for each argument of forward, but received ${received}`,
      operator,
    );
  }
  const gradients: (Tensor | null)[] = inputs.map(() => null);
  for (const [i, arg] of args.entries()) {
    visitPlaces(arg, list[i], `the gradient of argument ${i}`, operator, (index, part, name) => {
      gradients[index] = alike(part, inputs[index] as Facts, name, operator);
    });
  }
  return gradients;
}

function alike(found: unknown, input: Facts, name: string, operator: string): Tensor {
  if (!isTensor(found)) throw invalidArgument('a tensor or null', name, found, operator);
  requireAlike(input, found, name, operator);
  return found;
}

/**
 * Gradients by the function's `jvp`, which is linear in the tangents: the gradients of its result with
 * respect to them. In turn the derivative of these, by which `torch.jvp` works, is the `jvp` again.
 */
function transposedJvp(
  fn: FunctionClass,
  { ctx, args, result, inputs }: FunctionCall,
  gradients: readonly (Tensor | null)[],
  needed: readonly boolean[],
): (Tensor | null)[] {
  const operator = `${fn.name}.jvp`;
  const tangents = inputs.map(({ shape, dtype, device }, i) =>
    functions.zeros([...shape], { dtype, device }).requiresGrad_(needed[i] === true),
  );
  const own = args.map((arg) => onlyPlaces(arg, (index) => tangents[index] ?? null));
  const found = enableGrad(() => synchronous(fn.jvp?.(ctx as never, ...(own as never[])), fn.name));
  const outputs: Tensor[] = [];
  const weights: Tensor[] = [];
  visitPlaces(result, found, 'the tangent of the result', operator, (index, part, name) => {
    if (!isTensor(part)) throw invalidArgument('a tensor or null', name, part, operator);
    const weight = gradients[index] ?? null;
    if (weight === null || !part.requiresGrad) return;
    requireAlike(weight, part, name, operator);
    outputs.push(part);
    weights.push(weight);
  });
  const wanted = tangents.filter((tangent) => tangent.requiresGrad);
  if (outputs.length === 0) return tangents.map(() => null);
  const products = gradOrNull(outputs, wanted, {
    gradOutputs: weights,
    createGraph: isGradEnabled(),
  });
  let next = 0;
  return tangents.map((tangent) => (tangent.requiresGrad ? (products[next++] ?? null) : null));
}

function placeIndices(places: unknown): number[] {
  const found: number[] = [];
  fillPlaces(places, (index) => found.push(index));
  return found;
}
