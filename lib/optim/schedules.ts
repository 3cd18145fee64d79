import { checkOptions, notNegative, numberWhere, positiveInteger } from '../check';
import { invalidArgument } from '../errors';

/** The learning rate at a step; the first step is 0. */
export type Schedule = (step: number) => number;

/** Always the same rate. */
export function constant(rate: number): Schedule {
  checkNumber(rate, 'rate', 'constant');
  return scheduled('constant', () => rate);
}

export type LinearWarmupOptions = {
  /** The steps until the full rate. */
  steps: number;
  /** The full rate, or the schedule that begins after the warm-up, with its own step 0. */
  rate: number | Schedule;
};

/** Rises by rate/steps a step, from rate/steps at step 0 to the rate at step `steps` − 1. */
export function linearWarmup(options: LinearWarmupOptions): Schedule {
  checkOptions(options, ['steps', 'rate'], 'linearWarmup');
  const steps = positiveInteger(options.steps, 'steps', 'linearWarmup');
  const { rate } = options;
  if (typeof rate !== 'number' && typeof rate !== 'function') {
    throw invalidArgument('a number or a schedule', 'rate of linearWarmup', rate, 'linearWarmup');
  }
  const after: Schedule =
    typeof rate === 'number'
      ? constant(checkNumber(rate, 'rate', 'linearWarmup'))
      : (step) => checkNumber(rate(step), 'rate', 'linearWarmup');
  return scheduled('linearWarmup', (step) =>
    step < steps ? (after(0) * (step + 1)) / steps : after(step - steps),
  );
}

export type CosineDecayOptions = {
  /** The rate at step 0. */
  rate: number;
  /** The steps until `end`, which stays from then on. */
  steps: number;
  /** The last rate. Default: 0. */
  end?: number;
};

/**
 * end + (rate − end)·(1 + cos(π·step/steps))/2. Loshchilov and Hutter 2016, «SGDR»,
 * https://arxiv.org/abs/1608.03983, without restarts.
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  checkOptions(options, ['rate', 'steps', 'end'], 'cosineDecay');
  const rate = checkNumber(options.rate, 'rate', 'cosineDecay');
  const steps = positiveInteger(options.steps, 'steps', 'cosineDecay');
  const end = checkNumber(options.end ?? 0, 'end', 'cosineDecay');
  return scheduled('cosineDecay', (step) => {
    const share = Math.min(step / steps, 1);
    return end + ((rate - end) * (1 + Math.cos(Math.PI * share))) / 2;
  });
}

export type StepDecayOptions = {
  /** The rate at step 0. */
  rate: number;
  /** The steps between one decay and the next. */
  every: number;
  /** What each decay multiplies the rate by. Default: 0.1. */
  factor?: number;
};

/** rate·factor^⌊step/every⌋. */
export function stepDecay(options: StepDecayOptions): Schedule {
  checkOptions(options, ['rate', 'every', 'factor'], 'stepDecay');
  const rate = checkNumber(options.rate, 'rate', 'stepDecay');
  const every = positiveInteger(options.every, 'every', 'stepDecay');
  const factor = checkNumber(options.factor ?? 0.1, 'factor', 'stepDecay');
  return scheduled('stepDecay', (step) => rate * factor ** Math.floor(step / every));
}

/** The rule, called with steps only. */
function scheduled(name: string, rule: Schedule): Schedule {
  return (step) => rule(notNegative(step, 'step', name));
}

function checkNumber(value: unknown, name: string, operator: string): number {
  return numberWhere(Number.isFinite, 'a finite number', value, name, operator);
}
