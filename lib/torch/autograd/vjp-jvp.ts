import { callable } from '../../check';
import { ArgumentTypeError } from '../../errors';
import { sameShape } from '../check-tensors';
import type { Tensor } from '../tensor';
import { leaves, mapTree, type Tree } from '../tree';
import { named } from './checks';
import { forwardMode } from './function/forward-mode';
import {
  callWith,
  DERIVATIVE_OPTIONS,
  type DerivativeOptions,
  dependent,
  derivativeFlags,
  detachUnless,
  gradientsOf,
  ownInputs,
  recorded,
  type TreeFunction,
} from './function-inputs';
import { gradOrNull } from './grad';
import { linearMap, tangentsOf } from './linear-map';

/**
 * The value of `fn` and the product of `v`, a tree like the value, with its Jacobian: `gradients`, a
 * tree like the inputs. One forward and one backward pass. An array of inputs is spread over the
 * arguments of `fn`. For a value of one element `v` may be left out, which stands for 1. Inputs on which
 * the value does not depend get zeros, or with `strict` an error.
 *
 * @throws ArgumentTypeError if `v` is not a tree like the value
 * @throws TorchError `ERR_TORCH_AUTOGRAD` in inference mode
 */
export function vjp<const T extends Tree, O extends Tree>(
  fn: TreeFunction<T, O>,
  inputs: T,
  v?: NoInfer<O>,
  options: DerivativeOptions = {},
): { value: O; gradients: T } {
  callable(fn, 'fn', 'vjp');
  const { createGraph, strict } = derivativeFlags(options, DERIVATIVE_OPTIONS, 'vjp');
  return recorded('vjp', () => {
    const own = ownInputs(inputs, createGraph, 'inputs', 'vjp');
    const value = resultOf(callWith(fn, own, 'vjp'), 'vjp');
    const seeds = v === undefined ? onlyOne(value) : sameShapes(v, value, 'vjp');
    const found = productsOf(leaves(value), own, seeds, createGraph);
    if (strict && found.includes(null)) throw dependent('the result of fn', 'vjp');
    const gradients = orZeros(found, own);
    return {
      value: detachUnless(createGraph, value),
      gradients: detachUnless(createGraph, gradients),
    };
  });
}

/** Nothing, for a value of one element, which needs no vector. */
function onlyOne(value: Tree): undefined {
  const counts = leaves(value).map((tensor) => tensor.numel());
  if (counts.length === 1 && counts[0] === 1) return undefined;
  const found = `a value of ${counts.join(' + ')} elements`;
  throw new ArgumentTypeError(`vjp: Expected v, a tree like the value, for ${found}`, 'vjp');
}

/**
 * The value of `fn` and the product of its Jacobian with `v`, a tree like the inputs: `tangents`, a
 * tree like the value.
 *
 * It differentiates the vector-Jacobian product, which is linear in its vector, with respect to that
 * vector. So it works for every operator that can be differentiated twice, in every thread: forward
 * mode would need one level of dual numbers that all threads of the process share.
 *
 * Results that do not depend on the inputs have tangents of zero, or with `strict` an error.
 *
 * @throws ArgumentTypeError if `v` is not a tree like the inputs
 * @throws TorchError `ERR_TORCH_AUTOGRAD` in inference mode
 */
export function jvp<const T extends Tree, O extends Tree>(
  fn: TreeFunction<T, O>,
  inputs: T,
  v: NoInfer<T>,
  options: DerivativeOptions = {},
): { value: O; tangents: O } {
  callable(fn, 'fn', 'jvp');
  const { createGraph, strict } = derivativeFlags(options, DERIVATIVE_OPTIONS, 'jvp');
  return recorded('jvp', () => {
    const own = ownInputs(inputs, createGraph, 'inputs', 'jvp');
    const tangent = sameShapes(v, inputs, 'jvp');
    const value = resultOf(
      forwardMode(() => callWith(fn, own, 'jvp')),
      'jvp',
    );
    const map = linearMap(value, own);
    const constant = map.outputs.length < leaves(value).length;
    if (strict && (constant || map.products.includes(null))) {
      throw dependent('the result of fn', 'jvp');
    }
    const found = tangentsOf(map, tangent, { createGraph, retainGraph: createGraph });
    let next = 0;
    // Constants and integers, such as labels, have tangents of zero.
    const tangents = mapTree(
      ([output]) => (output.requiresGrad ? found[next++] : null) ?? output.detach().zerosLike(),
      value,
    );
    return {
      value: detachUnless(createGraph, value),
      tangents: detachUnless(createGraph, tangents),
    };
  });
}

/**
 * The value of `fn`, which has one element, and the product of its Hessian with `v`, a tree like the
 * inputs: `product`, likewise. It differentiates the gradient's product with `v`, since the Hessian
 * is symmetric: about twice the time of a gradient, and no second derivative is ever stored.
 *
 * Where the gradient does not depend on an input the product is zeros, or with `strict` an error.
 *
 * @throws ArgumentTypeError if `v` is not a tree like the inputs, or the value is not a tensor
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if the value has several elements, and in inference mode
 */
export function hvp<const T extends Tree>(
  fn: TreeFunction<T, Tensor>,
  inputs: T,
  v: NoInfer<T>,
  options: DerivativeOptions = {},
): { value: Tensor; product: T } {
  callable(fn, 'fn', 'hvp');
  const { createGraph, strict } = derivativeFlags(options, DERIVATIVE_OPTIONS, 'hvp');
  return recorded('hvp', () => {
    const own = ownInputs(inputs, createGraph, 'inputs', 'hvp');
    const direction = sameShapes(v, inputs, 'hvp');
    const value = callWith(fn, own, 'hvp');
    const gradients = gradientsOf(value, own, strict, 'hvp');
    const found = productsOf(leaves(gradients), own, direction, createGraph);
    if (strict && found.includes(null)) throw dependent('the gradient of fn', 'hvp');
    const product = orZeros(found, own);
    return {
      value: detachUnless(createGraph, value),
      product: detachUnless(createGraph, product),
    };
  });
}

/** The result, if it is a tree. */
export function resultOf<O extends Tree>(result: O, operator: string): O {
  return named('the result of fn', operator, () => mapTree(([tensor]) => tensor, result));
}

/** The gradients of the outputs that depend on something; null where they do not on an input. */
function productsOf(
  outputs: readonly Tensor[],
  inputs: Tree,
  seeds: readonly Tensor[] | undefined,
  createGraph: boolean,
): (Tensor | null)[] {
  const variables = leaves(inputs);
  const used = outputs.flatMap((output, i) => (output.requiresGrad ? [i] : []));
  if (used.length === 0) return variables.map(() => null);
  const pick = <V>(values: readonly V[]): V[] => used.map((i) => values[i] as V);
  return gradOrNull(pick(outputs), variables, {
    createGraph,
    ...(seeds === undefined ? {} : { gradOutputs: pick(seeds) }),
  });
}

function orZeros<T extends Tree>(found: readonly (Tensor | null)[], inputs: T): T {
  let next = 0;
  return mapTree(([input]) => found[next++] ?? input.detach().zerosLike(), inputs);
}

export function sameShapes(tree: Tree, like: Tree, operator: string): Tensor[] {
  named('v', operator, () =>
    mapTree(
      ([tensor, other], path) => {
        if (sameShape(tensor.shape, other.shape)) return tensor;
        const place = path === '' ? 'v' : `v.${path}`;
        throw new ArgumentTypeError(
          `${operator}: Expected shape [${other.shape.join(', ')}] for ${place} but received [${tensor.shape.join(', ')}]`,
          operator,
        );
      },
      tree,
      like,
    ),
  );
  // In the order of `like`'s keys, whatever the order of its own.
  const ordered: Tensor[] = [];
  mapTree(
    ([other, tensor]) => {
      ordered.push(tensor);
      return other;
    },
    like,
    tree,
  );
  return ordered;
}
