import {
  type Check,
  filled,
  flag,
  integerFrom,
  isPlainObject,
  listOf,
  type OptionsOf,
  oneOf,
  optional,
  positiveInteger,
  positiveNumber,
  type ReadOptions,
  required,
  stepCount,
  strictObject,
  withDefault,
} from '../../check';
import { invalidArgument, outOfRange } from '../../errors';
import { copyCount } from '../../text/augment/augment-episode';
import { READ_OPTIONS, type ReadDataOptions } from '../../text/datasets/readers/options';
import { EARLY_STOPPING, type EarlyStoppingOptions } from '../callbacks/early-stopping';
import {
  completeOptimizer,
  DEFAULT_KIND,
  type EncoderConfig,
  type EncoderInput,
  encoderChoice,
  type OptimizerInput,
  optimizerChoice,
  TRAINABLE,
  type TrainableConfig,
  type TrainableInput,
  trainableChoice,
  usualRate,
} from '../registry';
import { type AUGMENTATIONS, augmentationChoice } from '../registry/augmentations';
import { type Choice, without } from '../registry/kinds';
import { type SPLITS, splitsChoice } from './splits';

const dataSchema = strictObject({
  /** A name of the catalogue, `intents`, `wordnet`, or the path of a file or folder. */
  source: required(filled),
  ...without(READ_OPTIONS, 'signal'),
});

/** Data by its source alone, or with how it is read. */
const dataCheck = Object.assign(
  ((value, name, operator) => {
    if (isPlainObject(value)) return dataSchema(value, name, operator);
    if (typeof value === 'string') return dataSchema({ source: value }, name, operator);
    throw invalidArgument('a name or path, or { source, … }', `${name} of ${operator}`, value);
  }) as Check<ReturnType<typeof dataSchema>>,
  { schema: dataSchema.schema },
);

const EPISODES = {
  /** N: classes of an episode. Default: 5. */
  ways: withDefault(atLeastTwo, 5),
  /** K: support texts of a class in training. Default: 5. */
  shots: withDefault(positiveInteger, 5),
  /** Q: query texts of a class. Default: 15. */
  queries: withDefault(positiveInteger, 15),
  /** Episodes of a step. Default: 8. */
  tasks: withDefault(positiveInteger, 8),
};

const EVALUATION = {
  /** Steps between validations. Default: a fifth of all. */
  every: optional(positiveInteger),
  /** Episodes of a validation. Default: 100. */
  validation: withDefault(atLeastTwo, 100),
  /** Episodes of the test, for each number of shots. Default: 600. */
  test: withDefault(atLeastTwo, 600),
  /** Shots of the test. Default: 1 and 5. */
  shots: withDefault(someOnce(positiveInteger), [1, 5]),
  /** N of validation and test. Default: that of training. */
  ways: optional(atLeastTwo),
  /** Q of validation and test. Default: that of training. */
  queries: optional(positiveInteger),
};

const CHECKPOINTS = {
  /** Steps between checkpoints. Default: those between validations. */
  every: optional(positiveInteger),
  /** How many of the latest stay. Default: 3. */
  keep: withDefault(positiveInteger, 3),
};

const AUGMENTATION = {
  /** What texts are changed by; each new text by one of them. */
  by: required(oneOrMore(augmentationChoice)),
  /** New texts for each text of a support set. Default: 1. */
  copies: withDefault(copyCount, 1),
};

const section = <T>(check: Check<T> & { readonly schema: object }): T =>
  check({}, 'section', 'the config');

const episodesCheck = strictObject(EPISODES);
const evaluationCheck = strictObject(EVALUATION);

/** Everything that can be said of a run. */
export const RUN = {
  /** What is trained. */
  learner: required(trainableChoice),
  /** The data. Needed in a file, and not in code, which hands it in. */
  data: optional(dataCheck),
  /** Which classes are trained on, validated on and tested on. Default: `shares`. */
  splits: withDefault(splitsChoice, splitsChoice('shares', 'splits', 'the config')),
  /** The tasks. */
  episodes: withDefault(episodesCheck, section(episodesCheck)),
  /** How texts become vectors. Default: `frozen`, or what the learner needs. */
  encoder: optional(encoderChoice),
  /** Meta-training steps; 0 leaves parameters as they start. Default: 600, 0 of untrained learners. */
  steps: optional(stepCount),
  /** Takes the steps. Default: `adam`. */
  optimizer: withDefault(optimizerChoice, optimizerChoice('adam', 'optimizer', 'the config')),
  /** The greatest norm of all gradients together. Default: none. */
  clipNorm: optional(positiveNumber),
  /** Batches of episodes whose gradients make one step. Default: 1. */
  accumulate: withDefault(positiveInteger, 1),
  /** Episodes that adapt at once. Default: all of a step. */
  tasksAtOnce: optional(positiveInteger),
  /** What gradients are computed in. Default: `float32`. */
  precision: withDefault(oneOf('float32', 'bfloat16'), 'float32'),
  /** More support texts in training. Default: none. */
  augmentation: optional(strictObject(AUGMENTATION)),
  /** How the result is measured. */
  evaluation: withDefault(evaluationCheck, section(evaluationCheck)),
  /** Ends training once validations do not become better. Default: never. */
  earlyStopping: optional(strictObject(EARLY_STOPPING)),
  /** The state of the run, to resume it, in the folder `checkpoints` of `out`. Default: none. */
  checkpoints: optional(checkpointing),
  /**
   * What the steps are written to, in the folder `logs` of `out`; `opentelemetry` tells them to the meter of
   * `@opentelemetry/api`. Default: nothing.
   */
  loggers: withDefault(someOnce(oneOf('tensorboard', 'csv', 'jsonl', 'opentelemetry'), 0), []),
  /** A folder that keeps the vectors of frozen encoders for other runs; see `cachedFeatures`. Default: none. */
  features: optional(filled),
  /** One run for each. Default: 1. */
  seeds: withDefault(someOnce(stepCount), [1]),
  /** Save what was asked and answered in the tests, query by query, into `out`. Default: false. */
  predictions: withDefault(flag, false),
  /** A folder for the model and all that belongs to it. Default: none is saved. */
  out: optional(filled),
};

/** `true` stands for checkpoints as usual. */
function checkpointing(value: unknown, name: string, operator: string) {
  return strictObject(CHECKPOINTS)(value === true ? {} : value, name, operator);
}

const runCheck = strictObject(RUN);

/** The options of a run as one writes them. */
export type RunInput = Omit<OptionsOf<typeof RUN>, keyof Given> & Given;

/** The options that may be given in a shorter form than they are read in. */
type Given = {
  learner: TrainableInput;
  data?: string | ({ source: string } & Omit<ReadDataOptions, 'signal'>);
  splits?: Choice<typeof SPLITS>;
  episodes?: OptionsOf<typeof EPISODES>;
  encoder?: EncoderInput;
  optimizer?: OptimizerInput;
  augmentation?: { by: Choice<typeof AUGMENTATIONS>[]; copies?: number };
  evaluation?: Omit<OptionsOf<typeof EVALUATION>, 'shots'> & { shots?: number | readonly number[] };
  earlyStopping?: EarlyStoppingOptions;
  checkpoints?: true | OptionsOf<typeof CHECKPOINTS>;
  seeds?: number | readonly number[];
};

/** The same with all defaults filled in. */
export type RunConfig = ReadOptions<typeof RUN> & {
  readonly learner: TrainableConfig;
  readonly encoder: EncoderConfig;
  readonly steps: number;
};

const STEPS = 600;

/** N and Q of validation and test. */
export function evaluatedTasks({
  episodes,
  evaluation,
}: Pick<RunConfig, 'episodes' | 'evaluation'>): {
  readonly ways: number;
  readonly queries: number;
} {
  const { ways = episodes.ways, queries = episodes.queries } = evaluation;
  return { ways, queries };
}

/**
 * The config of a run with all defaults filled in, also those that follow from other options.
 *
 * @throws ArgumentTypeError or ArgumentRangeError that names the key, and the nearest there is
 */
export function completeRun(input: unknown, operator: string): RunConfig {
  const read = runCheck(input, 'config', operator);
  const kind = TRAINABLE[read.learner.kind];
  const untrained = 'untrained' in kind && kind.untrained === true;
  const needed = 'encoder' in kind ? kind.encoder : undefined;
  const encoder = read.encoder ?? encoderChoice(needed ?? DEFAULT_KIND, 'encoder', operator);
  const steps = read.steps ?? (untrained ? 0 : STEPS);
  const every = read.evaluation.every ?? Math.max(1, Math.ceil(steps / 5));
  return {
    ...read,
    encoder,
    steps,
    optimizer: completeOptimizer(read.optimizer, usualRate(encoder), steps),
    evaluation: { ...read.evaluation, every },
  };
}

function atLeastTwo(value: unknown, name: string, operator: string): number {
  return integerFrom(2, value, name, operator);
}

/** A check for a list; one value is a list of one. */
function oneOrMore<T>(check: Check<T>, least = 1): Check<T[]> {
  const list = listOf(check, least);
  return (value, name, operator) =>
    Array.isArray(value) ? list(value, name, operator) : [check(value, name, operator)];
}

/** The same for values that would only overwrite or repeat each other if they came twice. */
function someOnce<T extends string | number>(check: Check<T>, least = 1): Check<T[]> {
  const some = oneOrMore(check, least);
  return (value, name, operator) => {
    const all = some(value, name, operator);
    const again = all.find((one, i) => all.indexOf(one) !== i);
    if (again === undefined) return all;
    throw outOfRange('each value once', `${name} of ${operator}`, again, operator);
  };
}
