import {
  abortSignal,
  atOnce,
  callable,
  integerFrom,
  isPlainObject,
  type OptionsOf,
  oneOf,
  optional,
  positiveInteger,
  properFraction,
  required,
  stepCount,
  strictObject,
  strictVariant,
  string,
  upTo,
  withDefault,
} from '../../check';
import type { TrialRecord } from './trial';

const SAMPLERS = {
  /** All combinations; the search ends with the last. */
  grid: {
    /** Values of each number between its ends. Default: 5. */
    points: withDefault(upTo(10_000), 5),
  },
  random: {},
  /** Tree-structured Parzen estimator; see `tpeSampler`. */
  tpe: {
    /** Trials that are drawn at random first. Default: 10. */
    startup: withDefault(positiveInteger, 10),
    /** γ: the share of the trials that counts as good. Default: 0.1. */
    gamma: withDefault(properFraction, 0.1),
    /** The most trials that count as good. Default: 25. */
    mostGood: withDefault(positiveInteger, 25),
    /** Candidates for each value. Default: 24. */
    candidates: withDefault(upTo(10_000), 24),
  },
};

const samplerVariants = strictVariant('kind', SAMPLERS);

/** How trials are chosen: a name, or a name and its options. */
export type SamplerInput =
  | keyof typeof SAMPLERS
  | {
      [K in keyof typeof SAMPLERS]: { kind: K } & OptionsOf<(typeof SAMPLERS)[K]>;
    }[keyof typeof SAMPLERS];

export type SamplerConfig = ReturnType<typeof samplerVariants>;

function samplerCheck(value: unknown, name: string, operator: string): SamplerConfig {
  const given = isPlainObject(value) || value === undefined ? value : { kind: value };
  return samplerVariants(given, name, operator);
}

const HALVING = {
  /** r: the step of the first rung. Default: 1. */
  least: withDefault(positiveInteger, 1),
  /** η: one of so many trials goes on at each rung. Default: 3. */
  eta: withDefault((value, name, operator) => integerFrom(2, value, name, operator), 3),
};

/** What a study file must agree with, and a config says: all but what belongs to a process. */
export const STUDY = {
  /** Trials in all, those of a resumed study included. */
  trials: required(positiveInteger),
  /** Default: `maximize`. */
  goal: withDefault(oneOf('maximize', 'minimize'), 'maximize'),
  /** How trials are chosen. Default: `tpe`. */
  sampler: withDefault<SamplerConfig>(samplerCheck, samplerCheck('tpe', 'sampler', 'search')),
  /** Ends hopeless trials by what they report; see `isHopeless`. Default: none is ended. */
  pruner: optional(strictObject(HALVING)),
  /** Everything random depends on it. Default: 0. */
  seed: withDefault(stepCount, 0),
  /** Trials at once. Default: 1. */
  workers: withDefault(atOnce, 1),
  /** A study that is kept in a file, and goes on where the file ends. Default: none. */
  file: optional(string),
  /** What the objective depends on beside the parameters: a file's study of another is refused. Default: none. */
  about: optional(string),
};

export const SEARCH = {
  ...STUDY,
  /** Ends the search: no trial begins any more, and those that run are told by their own signal. */
  signal: optional<AbortSignal>(abortSignal),
  /** Called whenever a trial has ended. */
  onTrial: optional<(trial: TrialRecord) => void>(callable),
};

export type StudyInput = Omit<OptionsOf<typeof STUDY>, 'sampler' | 'pruner'> & {
  sampler?: SamplerInput | undefined;
  pruner?: OptionsOf<typeof HALVING> | undefined;
};

export type SearchOptions = Omit<OptionsOf<typeof SEARCH>, 'sampler' | 'pruner'> & StudyInput;
