import { callable } from '../../check';
import { functions } from '../operators/operators';
import { isTensor, type Tensor } from '../tensor';
import { leaves, mapTree, type Tree } from '../tree';
import { named } from './checks';
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
import { jacobianRows } from './jacobian-rows';

/** For every tensor of the outputs a tree like the inputs. */
export type Jacobian<O extends Tree, T extends Tree> = O extends Tensor
  ? T
  : { [K in keyof O]: O[K] extends Tree ? Jacobian<O[K], T> : never };

/**
 * All first derivatives of `fn`: for an output of shape `[…o]` and an input of shape `[…i]` a tensor
 * of shape `[…o, …i]`. An array of inputs is spread over the arguments of `fn`; for trees of outputs
 * the result has, in the place of every output, a tree like the inputs. Where an output does not depend
 * on an input it holds zeros, or with `strict` it is an error.
 *
 * For a complex output and a real input it holds the derivative, which is complex. For complex inputs it
 * holds the conjugates of derivatives, as gradients do.
 *
 *     torch.jacobian((x) => x.pow(2), x); // diag(2x)
 *
 * @throws ArgumentTypeError if the outputs are not a tree of tensors
 * @throws TorchError `ERR_TORCH_DTYPE` if an input is not of floating point
 * @throws TorchError `ERR_TORCH_AUTOGRAD` in inference mode
 */
export function jacobian<const T extends Tree, O extends Tree>(
  fn: TreeFunction<T, O>,
  inputs: T,
  options: DerivativeOptions = {},
): Jacobian<O, T> {
  callable(fn, 'fn', 'jacobian');
  const flags = derivativeFlags(options, DERIVATIVE_OPTIONS, 'jacobian');
  return recorded('jacobian', () => {
    const own = ownInputs(inputs, flags.createGraph, 'inputs', 'jacobian');
    return jacobianOf(callWith(fn, own, 'jacobian'), own, flags, 'jacobian') as Jacobian<O, T>;
  });
}

/**
 * All second derivatives of `fn`, whose value has one element: for inputs of shapes `[…i]` and `[…j]`
 * a tensor of shape `[…i, …j]`, in a tree like the inputs within each place of a tree like the inputs.
 *
 * @throws ArgumentTypeError if the value is not a tensor
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if it has several elements, and in inference mode
 */
export function hessian<const T extends Tree>(
  fn: TreeFunction<T, Tensor>,
  inputs: T,
  options: DerivativeOptions = {},
): Jacobian<T, T> {
  callable(fn, 'fn', 'hessian');
  const flags = derivativeFlags(options, DERIVATIVE_OPTIONS, 'hessian');
  return recorded('hessian', () => {
    const own = ownInputs(inputs, flags.createGraph, 'inputs', 'hessian');
    const gradients = gradientsOf(callWith(fn, own, 'hessian'), own, flags.strict, 'hessian');
    return jacobianOf(gradients, own, flags, 'hessian') as Jacobian<T, T>;
  });
}

export type JacobianFlags = {
  readonly createGraph: boolean;
  readonly strict: boolean;
  readonly chunkSize?: number | undefined;
};

/** The Jacobian of outputs that have been recorded. */
export function jacobianOf(
  outputs: Tree,
  inputs: Tree,
  { createGraph, strict, chunkSize }: JacobianFlags,
  operator: string,
): unknown {
  const variables = leaves(inputs);
  // Refuses anything but a tree.
  named('the result of fn', operator, () => mapTree(([tensor]) => tensor, outputs));
  return replaceTensors(outputs, (output) => {
    const rows = jacobianRows(output, variables, createGraph, chunkSize);
    if (strict && rows.includes(null)) throw dependent('the result of fn', operator);
    let next = 0;
    const tree = mapTree(([input]) => {
      const matrix = rows[next++] ?? zerosFor(output, input);
      return matrix.reshape([...output.shape, ...input.shape]);
    }, inputs);
    return detachUnless(createGraph, tree);
  });
}

export function zerosFor(output: Tensor, input: Tensor): Tensor {
  const zeros = input.newZeros([...output.shape, ...input.shape]);
  return output.isComplex() && !input.isComplex() ? functions.complex(zeros, zeros) : zeros;
}

export function replaceTensors(tree: Tree, fn: (tensor: Tensor) => unknown): unknown {
  if (isTensor(tree)) return fn(tree);
  if (Array.isArray(tree)) return tree.map((item) => replaceTensors(item, fn));
  return Object.fromEntries(
    Object.entries(tree).map(([key, item]) => [key, replaceTensors(item, fn)]),
  );
}
