import {
  type Check,
  notNegative,
  optional,
  positiveInteger,
  type ReadOptions,
  required,
  type Schema,
  strictObject,
  withDefault,
} from '../../check';
import { constant, cosineDecay, reduceOnPlateau, type Schedule, stepDecay } from '../../optim';
import { PLATEAU } from '../../optim/plateau';
import { choiceOf, without } from './kinds';

/** A rule for the learning rate by its name. */
export type ScheduleKind<S extends Schema = Schema> = {
  readonly check: Check<ReadOptions<S>> & { readonly schema: S };
  /** @param steps those of the run, from the end of the warm-up on */
  build(options: ReadOptions<S>, rate: number, steps: number): Schedule;
};

const schedule = <S extends Schema>(
  options: S,
  build: ScheduleKind<S>['build'],
): ScheduleKind<S> => ({ check: strictObject(options), build });

const schedules = {
  constant: schedule({}, (_, rate) => constant(rate)),
  cosine: schedule(
    {
      /** The last rate. Default: 0. */
      end: withDefault(notNegative, 0),
      /** Steps until then. Default: those of the run. */
      steps: optional(positiveInteger),
    },
    ({ end, steps }, rate, left) => cosineDecay({ rate, end, steps: steps ?? left }),
  ),
  step: schedule(
    {
      /** The steps between one decay and the next. */
      every: required(positiveInteger),
      /** What each decay multiplies the rate by. Default: 0.1. */
      factor: withDefault(notNegative, 0.1),
    },
    (options, rate) => stepDecay({ rate, ...options }),
  ),
  plateau: schedule(
    {
      ...without(PLATEAU, 'rate'),
      /** `max` to watch the accuracy of evaluations, `min` their loss. Default: `max`. */
      mode: withDefault(PLATEAU.mode.check, 'max'),
    },
    (options, rate) => reduceOnPlateau({ ...options, rate }),
  ),
} as const;

type OwnSchedules = typeof schedules;

export interface Schedules extends OwnSchedules {}

/** Every schedule by name. */
export const SCHEDULES: Schedules = schedules;

export const scheduleChoice = choiceOf(SCHEDULES);
