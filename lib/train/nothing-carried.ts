import { ArgumentTypeError } from '../errors';

/**
 * Refuses a learner that carries something from batch to batch, as Reptile with `carry` does.
 *
 * @param option of `train`, and why it cannot be had then
 */
export function requireNothingCarried(carries: boolean | undefined, option: string): void {
  if (!carries) return;
  throw new ArgumentTypeError(
    `Expected a learner that carries nothing from batch to batch for train with ${option}, but received one that does: leave out its option carry`,
    'train',
  );
}
