import type { Argnums, Selected } from '../autograd/argnums';
import { differentiated, type ValueAndGradOptions } from '../autograd/value-and-grad';
import { scope } from '../scope';
import type { Tensor } from '../tensor';

/**
 * A function that gives the gradients of `fn`, whose value has one element, with respect to its first
 * argument, or those of `argnums`. `torch.valueAndGrad` gives the value as well.
 *
 *     const slope = torch.func.grad((x: Tensor) => x.sin().sum());
 *     const curvature = torch.func.grad((x: Tensor) => slope(x).sum());
 *
 * With `hasAux`, `fn` returns `[value, aux]` and the function `{ gradients, aux }`.
 *
 * @throws as `torch.valueAndGrad`
 */
export function grad<A extends readonly unknown[], X, const N extends Argnums = 0>(
  fn: (...args: A) => readonly [Tensor, X],
  options: ValueAndGradOptions<N> & { hasAux: true },
): (...args: A) => { gradients: Selected<A, N>; aux: X };
export function grad<A extends readonly unknown[], const N extends Argnums = 0>(
  fn: (...args: A) => Tensor,
  options?: ValueAndGradOptions<N> & { hasAux?: false },
): (...args: A) => Selected<A, N>;
export function grad<A extends readonly unknown[]>(
  fn: (...args: A) => unknown,
  options: ValueAndGradOptions<Argnums> = {},
): (...args: A) => unknown {
  const both = differentiated(fn, options, 'grad');
  return (...args) =>
    scope(() => {
      const { value: _, gradients, ...aux } = both(...args);
      return options.hasAux === true ? { gradients, ...aux } : gradients;
    });
}
