import { oneOf } from '../../check';
import type { Learner } from '../../meta';
import { requireNothingCarried } from '../nothing-carried';

/** How a learner joins tasks. */
export type Reduction = NonNullable<Learner['reduction']>;

/** What of a learner decides whether and how its tasks are divided. */
export type Divisible = {
  readonly reduction?: Reduction;
  readonly carries?: boolean;
  readonly metaGradient?: unknown;
};

const check = oneOf('mean', 'sum');

/**
 * How the gradients of ranks are joined to that of all tasks, which only the learner knows if it has a rule of its own.
 *
 * @throws ArgumentRangeError if it does not say so; ArgumentTypeError if it carries something from batch to batch
 */
export function reductionOf({ reduction, metaGradient, carries }: Divisible): Reduction {
  requireNothingCarried(carries, 'distributed, as every rank has other tasks');
  const known = metaGradient === undefined ? 'mean' : undefined;
  return check(
    reduction ?? known,
    'reduction of a learner with a metaGradient of its own',
    'train',
  );
}
