import { invalidArgument } from '../../errors';
import { requireFunction } from '../check-options';
import { isTensor, type Tensor } from '../tensor';
import { leaves, mapTree, type Tree } from '../tree';
import { flagsOf, independent } from './checks';
import { type CreateGraphOptions, detachUnless, ownInputs, recorded } from './function-inputs';
import { gradOrNull } from './grad';

export type ValueAndGradOptions = CreateGraphOptions & {
  /** `fn` returns `[value, aux]`, and `aux` is handed through. Default: false. */
  hasAux?: boolean;
};

const KNOWN = ['hasAux', 'createGraph'] as const;
const operator = 'valueAndGrad';

type Gradients<P> = { value: Tensor; gradients: P };

/**
 * A function that gives the value of `fn`, one element, and its gradients with respect to the first
 * argument, as a tree of the same structure. Parameters on which the value does not depend get zeros;
 * it has to depend on one of them. The parameters themselves need not require gradients and are left as they are.
 *
 *     const step = torch.valueAndGrad((params: Params, x: Tensor, y: Tensor) => loss(params, x, y));
 *     const { value, gradients } = step(params, x, y);
 *
 * With `createGraph`, value and gradients can be differentiated again. Inside `torch.vmap` each
 * sample has gradients of its own.
 *
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if the value has several elements, or depends on none of the
 *   parameters, as under `noGrad` or where `fn` uses other tensors than it is given, and in inference mode
 */
export function valueAndGrad<P extends Tree, A extends readonly unknown[], X>(
  fn: (params: P, ...args: A) => readonly [Tensor, X],
  options: ValueAndGradOptions & { hasAux: true },
): (params: P, ...args: A) => Gradients<P> & { aux: X };
export function valueAndGrad<P extends Tree, A extends readonly unknown[]>(
  fn: (params: P, ...args: A) => Tensor,
  options?: ValueAndGradOptions & { hasAux?: false },
): (params: P, ...args: A) => Gradients<P>;
export function valueAndGrad<P extends Tree, A extends readonly unknown[]>(
  fn: (params: P, ...args: A) => unknown,
  options: ValueAndGradOptions = {},
): (params: P, ...args: A) => Gradients<P> {
  requireFunction(fn, operator);
  const { hasAux, createGraph } = flagsOf(options, KNOWN, operator);
  return (params, ...args) =>
    recorded(operator, () => {
      const own = ownInputs(params, createGraph, 'params', operator);
      const result = fn(own, ...args);
      const [value, aux] = hasAux && Array.isArray(result) ? result : [result, undefined];
      if (!isTensor(value)) {
        const expected = hasAux ? '[tensor, aux]' : 'a tensor';
        throw invalidArgument(expected, 'the result of fn', result, operator);
      }
      const gradients = gradientsOf(value, own, createGraph);
      const found = { value: detachUnless(createGraph, value), gradients };
      return hasAux ? { ...found, aux } : found;
    });
}

function gradientsOf<P extends Tree>(value: Tensor, params: P, createGraph: boolean): P {
  const found = value.requiresGrad ? gradOrNull(value, leaves(params), { createGraph }) : [];
  if (found.every((gradient) => gradient === null)) {
    throw independent('the result of fn to depend on its first argument', operator);
  }
  let next = 0;
  return mapTree(([param]) => found[next++] ?? param.zerosLike(), params);
}
