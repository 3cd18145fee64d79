import { invalidArgument } from '../../errors';
import { knownOptions } from '../check-options';
import { isTensor, type Tensor } from '../tensor';
import type { Tree } from '../tree';
import {
  type CreateGraphOptions,
  createGraphOf,
  detachUnless,
  ownInputs,
  recorded,
} from './function-inputs';
import { grad } from './grad';

export type ValueAndGradOptions = CreateGraphOptions & {
  /** `fn` returns `[value, aux]`, and `aux` is handed through. Default: false. */
  hasAux?: boolean;
};

const KNOWN = ['hasAux', 'createGraph'] as const;

type Gradients<P> = { value: Tensor; gradients: P };

/**
 * A function that gives the value of `fn`, one element, and its gradients with respect to the first
 * argument, as a tree of the same structure. Parameters on which the value does not depend get zeros.
 * The parameters themselves need not require gradients and are left as they are.
 *
 *     const step = torch.valueAndGrad((params: Params, x: Tensor, y: Tensor) => loss(params, x, y));
 *     const { value, gradients } = step(params, x, y);
 *
 * With `createGraph`, value and gradients can be differentiated again. Inside `torch.vmap` each
 * sample has gradients of its own.
 *
 * @throws TorchError `ERR_TORCH_AUTOGRAD` if the value has several elements or depends on nothing
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
  const { hasAux = false, ...rest } = knownOptions(options, KNOWN, 'valueAndGrad');
  const createGraph = createGraphOf(rest, 'valueAndGrad');
  return (params, ...args) =>
    recorded(() => {
      const own = ownInputs(params, createGraph);
      const result = fn(own, ...args);
      const [value, aux] = hasAux && Array.isArray(result) ? result : [result, undefined];
      if (!isTensor(value)) {
        const expected = hasAux ? '[tensor, aux]' : 'a tensor';
        throw invalidArgument(expected, 'the result of fn', result, 'valueAndGrad');
      }
      const gradients = grad(value, own, { createGraph, allowUnused: true });
      const found = { value: detachUnless(createGraph, value), gradients };
      return hasAux ? { ...found, aux } : found;
    });
}
