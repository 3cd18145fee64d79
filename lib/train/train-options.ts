import {
  abortSignal,
  array,
  callable,
  oneOf,
  optional,
  positiveInteger,
  positiveNumber,
  type ReadOptions,
  readOptions,
  required,
  strictObject,
  string,
  withDefault,
  withMethods,
} from '../check';
import { ArgumentTypeError, outOfRange } from '../errors';
import type { Episodes, Learner } from '../meta';
import { learnerOf } from '../meta/learner';
import type { Optimizer, OptimizerState, PlateauSchedule } from '../optim';
import { optimizerOf } from '../optim/optimizer';
import type { Generator, Tree } from '../torch';
import { requireTensorTree } from '../torch/check-tensors';
import type { Callback, Logger } from './callbacks/callback';
import { EARLY_STOPPING, type EarlyStoppingOptions } from './callbacks/early-stopping';
import {
  type CheckpointOptions,
  checkpointOptions,
  resumption,
} from './checkpoints/checkpoint-options';
import type { TrainDistributed } from './distributed/ranks';
import { trainDistributed } from './distributed/train-distributed';
import type { Evaluation } from './evaluate';
import { requireNothingCarried } from './nothing-carried';
import type { TrainPrecision } from './step-gradient';

export type TrainOptions<P extends Tree, A, I extends Tree, S extends OptimizerState> = {
  learner: Learner<P, A, I>;
  /** Where to start, for example `learner.init(generator)`. They stay as they are. */
  params: P;
  optimizer: Optimizer<S>;
  /**
   * Makes a batch by its number, from 0: that of the step, or with `accumulate` of k batches those from step·k on.
   * What it makes is disposed of after the step. It should depend on the number alone, as samplers do, for a
   * run to be resumed exactly.
   */
  episodes: (batch: number) => Episodes<I>;
  steps: number;
  /** How many tasks of a batch adapt at once; see `MetaGradientOptions`. Default: all. */
  tasksAtOnce?: number;
  /** Batches whose gradients make one step: the mean over all of their episodes. Default: 1. */
  accumulate?: number;
  /** The greatest norm that all gradients together may have; greater ones are scaled down to it. */
  clipNorm?: number;
  /**
   * `bfloat16` computes gradients under `torch.autocast`: products in bfloat16, losses, parameters and the
   * optimizer in float32. Default: `float32`.
   */
  precision?: TrainPrecision;
  /** For layers that draw random numbers while training. */
  generator?: Generator;
  /**
   * Scores parameters on meta-validation, for example by `evaluate`; those of the greatest accuracy, or
   * of the least loss where there is none, are returned. Default: the last are. What it makes is
   * disposed of, and the parameters are its own only until it returns.
   */
  evaluate?: (params: P) => Evaluation;
  /** Steps between evaluations; there is one after the last step too. Default: 100. */
  evaluateEvery?: number;
  /** Ends training once evaluations do not become better. */
  earlyStopping?: EarlyStoppingOptions;
  /** The learning rate given to the optimizer, if it follows evaluations: see `reduceOnPlateau`. */
  plateau?: PlateauSchedule;
  /** Take part in training; their states go into checkpoints. */
  callbacks?: readonly Callback[];
  /** Where and how often the whole state of the run is written. Default: nowhere. */
  checkpoints?: CheckpointOptions;
  /**
   * Go on from the latest checkpoint: `true` if there must be one, `'auto'` if there may be. The result is the
   * same to the bit as that of a run that was never cut, on the same build, machine and threads. Default: false.
   */
  resume?: boolean | 'auto';
  logger?: Logger | readonly Logger[];
  /**
   * Divides the tasks of each batch among the ranks of a process group, `{}` for that of all ranks. Every rank calls
   * `train` with the same options. All end with the same bits; another number of ranks gives the same run up to
   * rounding, without dropout and other random layers. Rank 0 writes checkpoints and logs, and each of
   * them can resume with another number of ranks. Default: this process alone.
   */
  distributed?: TrainDistributed<I>;
  /** Stops training after the step in progress, with a checkpoint if there are checkpoints. */
  signal?: AbortSignal;
};

const isObject = withMethods('an object');

const OPTIONS = {
  learner: required(learnerOf),
  params: required<Tree>((value) => value),
  optimizer: required(optimizerOf),
  episodes: required(callable),
  steps: required(positiveInteger),
  tasksAtOnce: optional(positiveInteger),
  accumulate: withDefault(positiveInteger, 1),
  clipNorm: optional(positiveNumber),
  precision: withDefault(oneOf('float32', 'bfloat16'), 'float32'),
  generator: optional<Generator>(
    withMethods<Generator>('a generator', 'manualSeed', 'fork', 'snapshot', 'restore'),
  ),
  evaluate: optional(callable),
  evaluateEvery: withDefault(positiveInteger, 100),
  earlyStopping: optional(strictObject(EARLY_STOPPING)),
  plateau: optional<PlateauSchedule>(plateauOf),
  callbacks: withDefault(callbacksOf, []),
  checkpoints: optional(checkpointOptions),
  resume: withDefault(resumption, false),
  logger: withDefault(loggersOf, []),
  distributed: optional(trainDistributed),
  signal: optional(abortSignal),
};

/** The options whose types say more than their checks can see. */
type Typed = 'learner' | 'params' | 'optimizer' | 'episodes' | 'evaluate' | 'distributed';

/** The options with their defaults, and loggers as a list. */
export type TrainSettings<P extends Tree, A, I extends Tree, S extends OptimizerState> = Pick<
  TrainOptions<P, A, I, S>,
  Typed
> &
  Omit<ReadOptions<typeof OPTIONS>, Typed>;

/**
 * The options of `train`, checked.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for an option that is unknown, of another kind, or in vain
 *   without another, and for checkpoints of a learner that carries something from batch to batch
 */
export function readTrainOptions<P extends Tree, A, I extends Tree, S extends OptimizerState>(
  options: TrainOptions<P, A, I, S>,
): TrainSettings<P, A, I, S> {
  const settings = readOptions(OPTIONS, options, 'train');
  requireTensorTree(options.params);
  const { evaluate, earlyStopping, plateau, checkpoints, resume } = settings;
  if (!evaluate) {
    if (earlyStopping) throw inVain('earlyStopping', 'evaluate');
    if (plateau) throw inVain('plateau', 'evaluate');
  }
  if (resume && !checkpoints) throw inVain('resume', 'checkpoints');
  if (checkpoints) {
    requireNothingCarried(options.learner.carries, 'checkpoints, which do not hold that');
  }
  return settings;
}

function inVain(option: string, needed: string): ArgumentTypeError {
  return new ArgumentTypeError(
    `Expected ${needed} for train with ${option} but received none`,
    'train',
  );
}

function plateauOf(value: unknown, name: string, operator: string): PlateauSchedule {
  callable(value, name, operator);
  const isPlateau = withMethods<PlateauSchedule>('a schedule', 'observe', 'state', 'restore');
  return isPlateau(value as PlateauSchedule, name, operator);
}

function callbacksOf(value: unknown, name: string, operator: string): readonly Callback[] {
  const list = array(value as readonly Callback[], 'callbacks', name, operator);
  const names = list.map((one, i) => {
    return string(isObject(one, `${name}[${i}]`, operator).name, `${name}[${i}].name`, operator);
  });
  const twice = names.find((one, i) => names.indexOf(one) < i || OWN_NAMES.includes(one));
  if (twice === undefined) return list;
  throw outOfRange('another name for each callback', `${name} of ${operator}`, twice, operator);
}

/** The names of the callbacks that `train` adds. */
const OWN_NAMES: readonly string[] = ['earlyStopping', 'plateau'];

function loggersOf(value: unknown, name: string, operator: string): readonly Logger[] {
  if (!Array.isArray(value)) return [isObject(value, name, operator) as Logger];
  const list = array(value as readonly Logger[], 'loggers', name, operator);
  return list.map((one, i) => isObject(one, `${name}[${i}]`, operator));
}
