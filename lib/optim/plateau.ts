import {
  finiteNumber,
  type Json,
  notNegative,
  nullable,
  numberWhere,
  type OptionsOf,
  oneOf,
  positiveFinite,
  properFraction,
  type ReadOptions,
  readData,
  readOptions,
  required,
  stepCount,
  strictObject,
  withDefault,
} from '../check';
import type { Schedule } from './schedules';

/** What the options are checked by. */
export const PLATEAU = {
  /** The rate at the start. */
  rate: required(positiveFinite),
  /** `min` for a metric that should fall, as a loss, and `max` for one that should rise. Default: `min`. */
  mode: withDefault(oneOf('min', 'max'), 'min'),
  /** What each reduction multiplies the rate by, in (0, 1). Default: 0.1. */
  factor: withDefault(properFraction, 0.1),
  /** Observations in a row that may be no better; one more reduces the rate. Default: 10. */
  patience: withDefault(stepCount, 10),
  /** By how much an observation must be better. Default: 1e-4. */
  threshold: withDefault(notNegative, 1e-4),
  /** Whether the threshold is a share of the best (`rel`) or a difference (`abs`). Default: `rel`. */
  thresholdMode: withDefault(oneOf('rel', 'abs'), 'rel'),
  /** Observations after a reduction that are not counted. Default: 0. */
  cooldown: withDefault(stepCount, 0),
  /** The least rate. Default: 0. */
  minRate: withDefault(notNegative, 0),
};

export type PlateauOptions = OptionsOf<typeof PLATEAU>;

/** A learning rate that falls where a metric no longer gets better. */
export type PlateauSchedule = Schedule & {
  readonly mode: 'min' | 'max';
  /** Takes the metric of an evaluation into account. */
  observe(metric: number): void;
  /** What it needs to go on where it is, as JSON. */
  state(): Json;
  /** Goes on from what `state` gave. @throws ArgumentTypeError if it is not such a state */
  restore(state: Json): void;
};

const stateCheck = strictObject({
  rate: required(finiteNumber),
  best: required(nullable(finiteNumber)),
  bad: required(stepCount),
  cooldown: required(stepCount),
});

type State = ReturnType<typeof stateCheck>;

/** PyTorch's: smaller reductions are not made. */
const LEAST_CHANGE = 1e-8;

/**
 * Reduces the rate once a metric has not become better for more than `patience` observations, as PyTorch's
 * `ReduceLROnPlateau`. `train` observes its evaluations if it is given the schedule as `plateau`.
 *
 *     const plateau = reduceOnPlateau({ rate: 1e-3, mode: 'max', patience: 3 });
 *     await train({ optimizer: adam({ learningRate: plateau }), plateau, evaluate, … });
 *
 * @throws ArgumentTypeError or ArgumentRangeError for an option that is unknown or out of range
 */
export function reduceOnPlateau(options: PlateauOptions): PlateauSchedule {
  const settings = readOptions(PLATEAU, options, 'reduceOnPlateau');
  let state: State = { rate: settings.rate, best: null, bad: 0, cooldown: 0 };
  const rate: Schedule = (step) => {
    notNegative(step, 'step', 'reduceOnPlateau');
    return state.rate;
  };
  return Object.assign(rate, {
    mode: settings.mode,
    observe: (metric: number) => {
      numberWhere(() => true, 'a number', metric, 'metric', 'reduceOnPlateau');
      state = next(state, metric, settings);
    },
    state: () => ({ ...state }),
    restore: (saved: Json) => {
      state = readData(stateCheck, saved, 'the state of a plateau', 'state', 'reduceOnPlateau');
    },
  });
}

function next(state: State, metric: number, settings: ReadOptions<typeof PLATEAU>): State {
  const better = isBetter(metric, state.best, settings);
  const best = better ? metric : state.best;
  const cooldown = Math.max(0, state.cooldown - 1);
  const bad = better || state.cooldown > 0 ? 0 : state.bad + 1;
  if (bad <= settings.patience) return { ...state, best, bad, cooldown };
  const reduced = Math.max(state.rate * settings.factor, settings.minRate);
  const rate = state.rate - reduced > LEAST_CHANGE ? reduced : state.rate;
  return { rate, best, bad: 0, cooldown: settings.cooldown };
}

function isBetter(
  metric: number,
  best: number | null,
  { mode, threshold, thresholdMode }: ReadOptions<typeof PLATEAU>,
): boolean {
  if (!Number.isFinite(metric)) return false;
  if (best === null) return true;
  const sign = mode === 'min' ? -1 : 1;
  const margin = thresholdMode === 'rel' ? best * (1 + sign * threshold) : best + sign * threshold;
  return sign * (metric - margin) > 0;
}
