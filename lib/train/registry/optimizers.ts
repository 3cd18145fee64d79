import {
  type Check,
  notNegative,
  optional,
  type ReadOptions,
  type Schema,
  stepCount,
  strictObject,
  withDefault,
} from '../../check';
import {
  adam,
  adamW,
  linearWarmup,
  type Optimizer,
  type OptimizerState,
  type PlateauSchedule,
  rmsprop,
  type Schedule,
  sgd,
} from '../../optim';
import { ADAM } from '../../optim/adam-rule';
import { RMSPROP } from '../../optim/rmsprop';
import { SGD } from '../../optim/sgd';
import { type Choice, type Chosen, choiceOf, without } from './kinds';
import { SCHEDULES, type Schedules, scheduleChoice } from './schedules';

/** An optimizer by its name, without its learning rate. */
export type OptimizerKind<S extends Schema = Schema> = {
  readonly check: Check<ReadOptions<S>> & { readonly schema: S };
  build(options: ReadOptions<S>, learningRate: number | Schedule): Optimizer<OptimizerState>;
};

const RATE = {
  /** α, at the end of the warm-up. Default: what is usual for the encoder, or 0.5 of an inner loop. */
  learningRate: optional(notNegative),
};

const OUTER = {
  ...RATE,
  /** How the rate goes on after the warm-up. Default: `cosine`, to 0. */
  schedule: withDefault(scheduleChoice, scheduleChoice('cosine', 'schedule', 'optimizer')),
  /** Steps in which the rate rises to its full height. Default: 20, at most a tenth of all. */
  warmup: optional(stepCount),
};

/** Kinds of optimizer with the options that `shared` gives each of them. */
function kindsWith<S extends Schema>(shared: S) {
  const kind = <O extends Schema>(
    own: O,
    build: (options: ReadOptions<O>, learningRate: number | Schedule) => Optimizer<OptimizerState>,
  ) => ({ check: strictObject({ ...shared, ...own }), build });
  return {
    adam: kind(
      without(ADAM, 'learningRate'),
      ({ betas, eps, weightDecay, amsgrad }, learningRate) =>
        asOptimizer(adam({ betas, eps, weightDecay, amsgrad, learningRate })),
    ),
    adamw: kind(
      without(ADAM, 'learningRate'),
      ({ betas, eps, weightDecay, amsgrad }, learningRate) =>
        asOptimizer(adamW({ betas, eps, weightDecay, amsgrad, learningRate })),
    ),
    sgd: kind(
      without(SGD, 'learningRate'),
      ({ momentum, dampening, nesterov, weightDecay }, learningRate) =>
        asOptimizer(sgd({ momentum, dampening, nesterov, weightDecay, learningRate })),
    ),
    rmsprop: kind(
      without(RMSPROP, 'learningRate'),
      ({ decay, eps, momentum, weightDecay, centered }, learningRate) =>
        asOptimizer(rmsprop({ decay, eps, momentum, weightDecay, centered, learningRate })),
    ),
  };
}

/** Each optimizer is only ever given a state of its own. */
function asOptimizer<S extends OptimizerState>(optimizer: Optimizer<S>): Optimizer<OptimizerState> {
  return optimizer as unknown as Optimizer<OptimizerState>;
}

const outer = kindsWith(OUTER);
const inner = kindsWith(RATE);

type Outer = typeof outer;
type Inner = typeof inner;

export interface Optimizers extends Outer {}
export interface InnerOptimizers extends Inner {}

/** Every optimizer by name, as it takes the meta-steps of a run. */
export const OPTIMIZERS: Optimizers = outer;

/** The same as it takes the steps of a learner's inner loop. */
export const INNER_OPTIMIZERS: InnerOptimizers = inner;

export const optimizerChoice = choiceOf(OPTIMIZERS, 'adam');
export const innerOptimizerChoice = choiceOf(INNER_OPTIMIZERS, 'sgd');

export type OptimizerConfig = Chosen<Optimizers>;
export type OptimizerInput = Choice<Optimizers>;

const WARMUP = 20;

/** The config with what follows from a run of `steps` and an encoder that usually learns at `rate`. */
export function completeOptimizer(
  config: OptimizerConfig,
  rate: number,
  steps: number,
): OptimizerConfig {
  const warmup = Math.min(config.warmup ?? WARMUP, Math.floor(steps / 10));
  return { ...config, learningRate: config.learningRate ?? rate, warmup: config.warmup ?? warmup };
}

/** The optimizer of a run's meta-steps; with the learning rate that follows evaluations, if it does. */
export function buildOptimizer(
  config: OptimizerConfig,
  steps: number,
): { optimizer: Optimizer<OptimizerState>; plateau?: PlateauSchedule } {
  const { learningRate = 0, warmup = 0, schedule } = config;
  const after = buildSchedule(schedule, learningRate, Math.max(1, steps - warmup));
  const rate = warmup === 0 ? after : linearWarmup({ steps: warmup, rate: after });
  const { build } = OPTIMIZERS[config.kind];
  const optimizer = (build as OptimizerKind['build'])(config, rate);
  return { optimizer, ...('observe' in after && { plateau: after as PlateauSchedule }) };
}

/** The optimizer of an inner loop. */
export function buildInnerOptimizer(config: Chosen<InnerOptimizers>): Optimizer<OptimizerState> {
  const { build } = INNER_OPTIMIZERS[config.kind];
  return (build as OptimizerKind['build'])(config, config.learningRate ?? 0.5);
}

function buildSchedule(config: Chosen<Schedules>, rate: number, steps: number): Schedule {
  const { kind, ...options } = config;
  const { build } = SCHEDULES[kind];
  return (build as (options: object, rate: number, steps: number) => Schedule)(
    options,
    rate,
    steps,
  );
}
