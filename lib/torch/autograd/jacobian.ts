import { isTensor, type Tensor } from '../tensor';
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
import { jacobianRows } from './jacobian-rows';

/** For every tensor of the outputs a tree like the inputs. */
export type Jacobian<O extends Tree, T extends Tree> = O extends Tensor
  ? T
  : { [K in keyof O]: O[K] extends Tree ? Jacobian<O[K], T> : never };

/**
 * All first derivatives of `fn`: for an output of shape `[…o]` and an input of shape `[…i]` a tensor
 * of shape `[…o, …i]`. An array of inputs is spread over the arguments of `fn`; for trees of outputs
 * the result has, in the place of every output, a tree like the inputs. For complex numbers it holds
 * the conjugates of derivatives, as gradients do.
 *
 *     torch.jacobian((x) => x.pow(2), x); // diag(2x)
 *
 * @throws ArgumentTypeError if the outputs are no tree of tensors
 * @throws TorchError `ERR_TORCH_DTYPE` if an input is not of floating point
 */
export function jacobian<const T extends Tree, O extends Tree>(
  fn: TreeFunction<T, O>,
  inputs: T,
  options: CreateGraphOptions = {},
): Jacobian<O, T> {
  const createGraph = createGraphOf(options, 'jacobian');
  return recorded(() => {
    const own = ownInputs(inputs, createGraph);
    return jacobianOf(callWith(fn, own), own, createGraph) as Jacobian<O, T>;
  });
}

/**
 * All second derivatives of `fn`, whose value has one element: for inputs of shapes `[…i]` and `[…j]`
 * a tensor of shape `[…i, …j]`, in a tree like the inputs within each place of a tree like the inputs.
 *
 * @throws ArgumentTypeError if the value is no tensor
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if it has several elements
 */
export function hessian<const T extends Tree>(
  fn: TreeFunction<T, Tensor>,
  inputs: T,
  options: CreateGraphOptions = {},
): Jacobian<T, T> {
  const createGraph = createGraphOf(options, 'hessian');
  return recorded(() => {
    const own = ownInputs(inputs, createGraph);
    const gradients = gradientsOf(callWith(fn, own), own, 'hessian');
    return jacobianOf(gradients, own, createGraph) as Jacobian<T, T>;
  });
}

function jacobianOf(outputs: Tree, inputs: Tree, createGraph: boolean): unknown {
  const variables = leaves(inputs);
  // Refuses what is no tree.
  mapTree(([tensor]) => tensor, outputs);
  return replaceTensors(outputs, (output) => {
    const rows = jacobianRows(output, variables, createGraph);
    let next = 0;
    const tree = mapTree(([input]) => {
      const matrix = rows[next++] as Tensor;
      return matrix.reshape([...output.shape, ...input.shape]);
    }, inputs);
    return detachUnless(createGraph, tree);
  });
}

function replaceTensors(tree: Tree, fn: (tensor: Tensor) => unknown): unknown {
  if (isTensor(tree)) return fn(tree);
  if (Array.isArray(tree)) return tree.map((item) => replaceTensors(item, fn));
  return Object.fromEntries(
    Object.entries(tree).map(([key, item]) => [key, replaceTensors(item, fn)]),
  );
}
