import {
  finiteNumber,
  type Json,
  notNegative,
  nullable,
  type OptionsOf,
  positiveInteger,
  readData,
  required,
  stepCount,
  strictObject,
  withDefault,
} from '../../check';
import { scoreOf } from '../evaluate';
import type { Callback, RunView } from './callback';

export const EARLY_STOPPING = {
  /** Evaluations in a row without a better one after which training ends. */
  patience: required(positiveInteger),
  /** By how much an evaluation must be better, in accuracy from 0 to 1 or in loss. Default: 0. */
  minDelta: withDefault(notNegative, 0),
};

export type EarlyStoppingOptions = OptionsOf<typeof EARLY_STOPPING>;

const stateCheck = strictObject({
  best: required(nullable(finiteNumber)),
  without: required(stepCount),
});

/**
 * Ends training once evaluations have not become better for `patience` of them in a row. Prechelt 1998,
 * «Early Stopping — But When?».
 */
export function earlyStopping({ patience, minDelta = 0 }: EarlyStoppingOptions): Callback {
  let best = Number.NEGATIVE_INFINITY;
  let without = 0;
  const endIfDue = (run: RunView): void => {
    if (without >= patience) run.stop(`no better evaluation in ${patience}`);
  };
  return {
    name: 'earlyStopping',
    // A run that had ended does not go on when it is resumed, unless it has more patience now.
    start: (_, run) => endIfDue(run),
    evaluation: (_, evaluation, run) => {
      const score = scoreOf(evaluation);
      if (score > best + minDelta) [best, without] = [score, 0];
      else without++;
      endIfDue(run);
    },
    // JSON has no infinity.
    state: () => ({ best: Number.isFinite(best) ? best : null, without }),
    restore: (state: Json) => {
      const read = readData(stateCheck, state, 'the state of early stopping', 'state', 'train');
      best = read.best ?? Number.NEGATIVE_INFINITY;
      without = read.without;
    },
  };
}
