import { ArgumentTypeError } from '../../errors';
import type { Tensor } from '../tensor';
import { leaves, mapTree, type Tree } from '../tree';
import {
  type CreateGraphOptions,
  callWith,
  createGraphOf,
  detachUnless,
  gradientsOf,
  ownInputs,
  recorded,
  type TreeFunction,
} from './function-inputs';
import { gradOrNull } from './grad';

/**
 * The value of `fn` and the product of `v`, a tree like the value, with its Jacobian: `gradients`, a
 * tree like the inputs. One forward and one backward pass. An array of inputs is spread over the
 * arguments of `fn`. For a value of one element `v` may be left out, which stands for 1.
 *
 * @throws ArgumentTypeError if `v` is no tree like the value
 */
export function vjp<const T extends Tree, O extends Tree>(
  fn: TreeFunction<T, O>,
  inputs: T,
  v?: NoInfer<O>,
  options: CreateGraphOptions = {},
): { value: O; gradients: T } {
  const createGraph = createGraphOf(options, 'vjp');
  return recorded(() => {
    const own = ownInputs(inputs, createGraph);
    const value = callWith(fn, own);
    const seeds = v === undefined ? undefined : sameShapes(v, value, 'vjp');
    const gradients = productOf(leaves(value), own, seeds, createGraph);
    return {
      value: detachUnless(createGraph, value),
      gradients: detachUnless(createGraph, gradients),
    };
  });
}

/**
 * The value of `fn` and the product of its Jacobian with `v`, a tree like the inputs: `tangents`, a
 * tree like the value.
 *
 * It differentiates the vector-Jacobian product, which is linear in its vector, with respect to that
 * vector. So it works for every operator that can be differentiated twice, in every thread: forward
 * mode would need one level of dual numbers that all threads of the process share.
 *
 * @throws ArgumentTypeError if `v` is no tree like the inputs
 */
export function jvp<const T extends Tree, O extends Tree>(
  fn: TreeFunction<T, O>,
  inputs: T,
  v: NoInfer<T>,
  options: CreateGraphOptions = {},
): { value: O; tangents: O } {
  const createGraph = createGraphOf(options, 'jvp');
  return recorded(() => {
    const tangent = sameShapes(v, inputs, 'jvp');
    const own = ownInputs(inputs, createGraph);
    const value = callWith(fn, own);
    const outputs = leaves(value).filter((output) => output.requiresGrad);
    const dummies = outputs.map((output) => output.detach().zerosLike().requiresGrad_());
    const gradients = productOf(outputs, own, dummies, true);
    const found = productOf(leaves(gradients), dummies, tangent, createGraph);
    let next = 0;
    // Constants and integers, such as labels, have tangents of zero.
    const tangents = mapTree(
      ([output]) => (output.requiresGrad ? (found[next++] as Tensor) : output.zerosLike()),
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
 * @throws ArgumentTypeError if `v` is no tree like the inputs, or the value is no tensor
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if the value has several elements
 */
export function hvp<const T extends Tree>(
  fn: TreeFunction<T, Tensor>,
  inputs: T,
  v: NoInfer<T>,
  options: CreateGraphOptions = {},
): { value: Tensor; product: T } {
  const createGraph = createGraphOf(options, 'hvp');
  return recorded(() => {
    const direction = sameShapes(v, inputs, 'hvp');
    const own = ownInputs(inputs, createGraph);
    const value = callWith(fn, own);
    const gradients = gradientsOf(value, own, 'hvp');
    const product = productOf(leaves(gradients), own, direction, createGraph);
    return {
      value: detachUnless(createGraph, value),
      product: detachUnless(createGraph, product),
    };
  });
}

/** The gradients of the outputs that depend on something; zeros where they do not. */
function productOf<T extends Tree>(
  outputs: readonly Tensor[],
  inputs: T,
  seeds: readonly Tensor[] | undefined,
  createGraph: boolean,
): T {
  const used = outputs.flatMap((output, i) => (output.requiresGrad ? [i] : []));
  const pick = <V>(values: readonly V[]): V[] => used.map((i) => values[i] as V);
  const gradients =
    used.length === 0
      ? []
      : gradOrNull(pick(outputs), leaves(inputs), {
          createGraph,
          ...(seeds === undefined ? {} : { gradOutputs: pick(seeds) }),
        });
  let next = 0;
  return mapTree(([input]) => gradients[next++] ?? input.detach().zerosLike(), inputs);
}

function sameShapes(tree: Tree, like: Tree, operator: string): Tensor[] {
  mapTree(
    ([tensor, other], path) => {
      if (String(tensor.shape) === String(other.shape)) return tensor;
      const place = path === '' ? 'v' : `v.${path}`;
      throw new ArgumentTypeError(
        `${operator}: Expected shape [${other.shape.join(', ')}] for ${place} but received [${tensor.shape.join(', ')}]`,
        operator,
      );
    },
    tree,
    like,
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
