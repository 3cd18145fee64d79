import { callable, checkOptions, positiveInteger } from '../../check';
import {
  type Argnums,
  argumentPlaces,
  checkedArgnums,
  type Selected,
  selectArguments,
  withArguments,
} from '../autograd/argnums';
import { pairOf } from '../autograd/checks';
import { forwardMode } from '../autograd/function/forward-mode';
import {
  type DerivativeOptions,
  derivativeFlags,
  detachPartsUnless,
  ownInputs,
  recorded,
} from '../autograd/function-inputs';
import { type Jacobian, jacobianOf } from '../autograd/jacobian';
import { jacobianColumns } from '../autograd/jacobian-columns';
import { synchronous } from '../synchronous';
import type { Tensor } from '../tensor';
import type { Tree } from '../tree';

export type JacobianOptions<N extends Argnums = 0> = DerivativeOptions & {
  /**
   * Which arguments to differentiate by: one, or an array for an array of them. Negative places count from the
   * end. Default: 0.
   */
  argnums?: N;
  /**
   * `fn` returns `[result, aux]`, and `aux` is handed through, its tensors without a graph unless there is to
   * be one. Default: false.
   */
  hasAux?: boolean;
  /** How many rows, or columns, to compute at once; fewer take less memory. Default: all. */
  chunkSize?: number;
};

/** The Jacobian by the selected arguments. */
type JacobianBy<O, A extends readonly unknown[], N extends Argnums> = O extends Tree
  ? Selected<A, N> extends Tree
    ? Jacobian<O, Selected<A, N>>
    : never
  : never;

type Transform = {
  <A extends readonly unknown[], O extends Tree, X, const N extends Argnums = 0>(
    fn: (...args: A) => readonly [O, X],
    options: JacobianOptions<N> & { hasAux: true },
  ): (...args: A) => { jacobian: JacobianBy<O, A, N>; aux: X };
  <A extends readonly unknown[], O extends Tree, const N extends Argnums = 0>(
    fn: (...args: A) => O,
    options?: JacobianOptions<N> & { hasAux?: false },
  ): (...args: A) => JacobianBy<O, A, N>;
};

type Compute = (
  outputs: Tree,
  inputs: Tree,
  flags: { createGraph: boolean; strict: boolean; chunkSize?: number | undefined },
  operator: string,
) => unknown;

type Untyped = <A extends readonly unknown[]>(
  fn: (...args: A) => unknown,
  options?: JacobianOptions<Argnums>,
) => (...args: A) => unknown;

const byRows = (operator: string): Untyped => transform(operator, jacobianOf, (fn) => fn());
const byColumns = (operator: string): Untyped => transform(operator, jacobianColumns, forwardMode);

const FLAGS = ['createGraph', 'strict', 'hasAux'] as const;

/**
 * A function that gives the Jacobian of `fn` with respect to its first argument, or those of `argnums`:
 * for a result of shape `[…o]` and an argument of shape `[…i]` a tensor `[…o, …i]`, as `torch.jacobian`
 * does. It goes backward, one row for each element of the result: for results smaller than arguments.
 *
 *     const jacobian = torch.func.jacrev((w: Tensor, x: Tensor) => w.matmul(x).tanh(), { argnums: 1 });
 *
 * With `hasAux`, `fn` returns `[result, aux]` and the function `{ jacobian, aux }`.
 *
 * @throws ArgumentTypeError if the result is not a tree of tensors, or `argnums` names no arguments
 * @throws TorchError `ERR_TORCH_AUTOGRAD` in inference mode
 */
export const jacrev = byRows('jacrev') as Transform;

/**
 * As `jacrev`, but one column for each element of the arguments: for arguments smaller than results. It
 * differentiates the product of rows, so that every operator must be differentiable twice. A
 * `torch.autograd.Function` goes by its `jvp`, if it has one.
 *
 * @throws as `jacrev`
 */
export const jacfwd = byColumns('jacfwd') as Transform;

/**
 * A function that gives the Hessian of `fn`, whose value has one element, by its first argument, or those
 * of `argnums`: `jacfwd` of `jacrev`.
 *
 * @throws as `jacrev`
 */
export function hessian<A extends readonly unknown[], const N extends Argnums = 0>(
  fn: (...args: A) => Tensor,
  options: { argnums?: N } = {},
): (...args: A) => JacobianBy<Selected<A, N>, A, N> {
  checkOptions(options, ['argnums'], 'hessian');
  return byColumns('hessian')(byRows('hessian')(fn, options), options) as (
    ...args: A
  ) => JacobianBy<Selected<A, N>, A, N>;
}

function transform(operator: string, compute: Compute, mode: <R>(fn: () => R) => R): Untyped {
  return <A extends readonly unknown[]>(
    fn: (...args: A) => unknown,
    options: JacobianOptions<Argnums> = {},
  ): ((...args: A) => unknown) => {
    callable(fn, 'fn', operator);
    checkOptions(options, [...FLAGS, 'argnums', 'chunkSize'], operator);
    const { argnums: given = 0, chunkSize, ...flags } = options;
    const argnums = checkedArgnums(given, operator);
    if (chunkSize !== undefined) positiveInteger(chunkSize, 'chunkSize', operator);
    derivativeFlags(flags, FLAGS, operator);
    return (...args) => {
      const { hasAux, ...own } = derivativeFlags(flags, FLAGS, operator);
      return recorded(operator, () => {
        const places = argumentPlaces(argnums, args.length, operator);
        const wanted = selectArguments(args, places);
        const inputs = ownInputs(wanted, own.createGraph, 'the arguments', operator);
        const result = mode(() =>
          synchronous(fn(...withArguments(args, places, inputs)), operator),
        );
        if (!hasAux) return compute(result as Tree, inputs, { ...own, chunkSize }, operator);
        const [outputs, aux] = pairOf(result, '[result, aux]', operator);
        const jacobian = compute(outputs as Tree, inputs, { ...own, chunkSize }, operator);
        return { jacobian, aux: detachPartsUnless(own.createGraph, aux) };
      });
    };
  };
}
