import { callable, checkOptions } from '../../check';
import { invalidArgument } from '../../errors';
import { synchronous } from '../synchronous';
import { isTensor, type Tensor } from '../tensor';
import { leaves, mapTree, type Tree } from '../tree';
import {
  type Argnums,
  argumentPlaces,
  checkedArgnums,
  type Selected,
  selectArguments,
  withArguments,
} from './argnums';
import { independent, pairOf } from './checks';
import {
  type CreateGraphOptions,
  derivativeFlags,
  detachPartsUnless,
  detachUnless,
  ownInputs,
  recorded,
  requireOneElement,
} from './function-inputs';
import { gradOrNull } from './grad';

export type ValueAndGradOptions<N extends Argnums = 0> = CreateGraphOptions & {
  /**
   * Which arguments to differentiate by: one, or an array for an array of gradients. Negative places count from
   * the end. Default: 0.
   */
  argnums?: N;
  /**
   * `fn` returns `[value, aux]`, and `aux` is handed through, its tensors like the value: without a graph
   * unless there is to be one. Default: false.
   */
  hasAux?: boolean;
};

const KNOWN = ['hasAux', 'createGraph'] as const;

type Gradients<P> = { value: Tensor; gradients: P };

/**
 * A function that gives the value of `fn`, one element, and its gradients with respect to the first
 * argument, or those of `argnums`, as trees of the same structure. Parameters on which the value does not
 * depend get zeros; it has to depend on one of them. The parameters themselves need not require gradients
 * and are left as they are.
 *
 *     const step = torch.valueAndGrad((params: Params, x: Tensor, y: Tensor) => loss(params, x, y));
 *     const { value, gradients } = step(params, x, y);
 *
 * With `createGraph`, and inside of other such functions, value and gradients can be differentiated
 * again. Inside `torch.vmap` each sample has gradients of its own.
 *
 * @throws ArgumentTypeError if `argnums` names no arguments, or others than trees of tensors
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if the value has several elements, or depends on none of the
 *   parameters, as under `noGrad` or where `fn` uses other tensors than it is given, and in inference mode
 */
export function valueAndGrad<A extends readonly unknown[], X, const N extends Argnums = 0>(
  fn: (...args: A) => readonly [Tensor, X],
  options: ValueAndGradOptions<N> & { hasAux: true },
): (...args: A) => Gradients<Selected<A, N>> & { aux: X };
export function valueAndGrad<A extends readonly unknown[], const N extends Argnums = 0>(
  fn: (...args: A) => Tensor,
  options?: ValueAndGradOptions<N> & { hasAux?: false },
): (...args: A) => Gradients<Selected<A, N>>;
export function valueAndGrad<A extends readonly unknown[]>(
  fn: (...args: A) => unknown,
  options: ValueAndGradOptions<Argnums> = {},
): (...args: A) => Gradients<unknown> {
  return differentiated(fn, options, 'valueAndGrad');
}

/** The same for a function of any name, which is the one that errors name. */
export function differentiated<A extends readonly unknown[]>(
  fn: (...args: A) => unknown,
  options: ValueAndGradOptions<Argnums>,
  operator: string,
): (...args: A) => Gradients<unknown> & { aux?: unknown } {
  callable(fn, 'fn', operator);
  checkOptions(options, ['argnums', ...KNOWN], operator);
  const { argnums: given = 0, ...flags } = options;
  const argnums = checkedArgnums(given, operator);
  derivativeFlags(flags, KNOWN, operator);
  const name = argnums === 0 ? 'params' : 'the arguments that argnums names';
  return (...args) => {
    const { hasAux, createGraph } = derivativeFlags(flags, KNOWN, operator);
    return recorded(operator, () => {
      const places = argumentPlaces(argnums, args.length, operator);
      const own = ownInputs(selectArguments(args, places), createGraph, name, operator);
      const result = synchronous(fn(...withArguments(args, places, own)), operator);
      const [value, aux] = hasAux ? pairOf(result, '[tensor, aux]', operator) : [result, undefined];
      if (!isTensor(value)) {
        const expected = hasAux ? '[tensor, aux]' : 'a tensor';
        throw invalidArgument(expected, 'the result of fn', result, operator);
      }
      const gradients = gradientsOf(value, own, createGraph, argnums, operator);
      const found = { value: detachUnless(createGraph, value), gradients };
      return hasAux ? { ...found, aux: detachPartsUnless(createGraph, aux) } : found;
    });
  };
}

function gradientsOf<P extends Tree>(
  value: Tensor,
  params: P,
  createGraph: boolean,
  argnums: Argnums,
  operator: string,
): P {
  requireOneElement(value, operator);
  const found = value.requiresGrad ? gradOrNull(value, leaves(params), { createGraph }) : [];
  if (found.every((gradient) => gradient === null)) {
    const which = argnums === 0 ? 'its first argument' : 'the arguments that argnums names';
    throw independent(`the result of fn to depend on ${which}`, operator);
  }
  let next = 0;
  return mapTree(([param]) => found[next++] ?? param.zerosLike(), params);
}
