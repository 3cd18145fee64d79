import type { RandomSource } from '../../../text/random-source';
import type { TrialParams } from '../space';
import type { TrialRecord } from '../trial';

/** Chooses what is tried next. */
export type Sampler = {
  /**
   * The values of trial `number`, or undefined if there are no more.
   *
   * @param trials the trials so far, from best to worst
   */
  next(
    number: number,
    trials: readonly TrialRecord[],
    random: RandomSource,
  ): TrialParams | undefined;
};
