import { knownOptions, oneOf } from '../../check';
import type { Tensor } from '../../torch';
import type { Reduction } from '../losses';

/** Options of a loss. */
export type ReducedOptions = {
  /** `mean` or `sum` of all losses, or `none` for each. Default: `mean`. */
  reduction?: Reduction;
};

const REDUCTION = oneOf('none', 'mean', 'sum');

/** ATen's number for the reduction of some options, whose names are checked. */
export function reductionNumber<O extends ReducedOptions>(
  options: O,
  known: readonly (keyof O & string)[],
  operator: string,
): number {
  const { reduction = 'mean' } = knownOptions(options, known, operator);
  return ['none', 'mean', 'sum'].indexOf(REDUCTION(reduction, 'reduction', operator));
}

/** The losses of examples as the options want them. */
export function reduced<O extends ReducedOptions>(
  losses: Tensor,
  options: O,
  known: readonly (keyof O & string)[],
  operator: string,
): Tensor {
  const number = reductionNumber(options, known, operator);
  if (number === 0) return losses;
  return number === 1 ? losses.mean() : losses.sum();
}
