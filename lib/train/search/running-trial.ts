import { finiteNumber, stepCount } from '../../check';
import { outOfRange } from '../../errors';
import type { Study } from './study';

/** Ends a trial that is hopeless. Let it pass: a search knows it. */
export class TrialPruned extends Error {
  override readonly name = 'TrialPruned';
}

/** A trial, as its objective sees it. */
export interface Trial {
  /** From 0. */
  readonly number: number;
  /** Ends the trial: throw its reason, which keeps the trial for later. */
  readonly signal: AbortSignal;
  /**
   * Tells how good the trial is after so many steps.
   *
   * @throws TrialPruned if it is hopeless; let it pass, or it goes on. ArgumentTypeError or ArgumentRangeError
   *   unless the value is finite and the step is above those before
   */
  report(step: number, value: number): void;
}

/** A trial that runs, in its study. */
export class RunningTrial implements Trial {
  readonly number: number;
  readonly signal: AbortSignal;
  readonly #study: Study;
  #step = -1;
  #last: number | undefined;
  #broken: { readonly error: unknown } | undefined;

  constructor(number: number, study: Study, signal: AbortSignal) {
    this.number = number;
    this.#study = study;
    this.signal = signal;
  }

  /** What was reported last. */
  get last(): number | undefined {
    return this.#last;
  }

  report(step: number, value: number): void {
    stepCount(step, 'step', 'report');
    finiteNumber(value, 'value', 'report');
    if (step <= this.#step) {
      throw outOfRange(`a step above ${this.#step}`, 'step of report', step, 'report');
    }
    this.#step = step;
    this.#last = value;
    try {
      this.#study.report(this.number, step, value);
    } catch (error) {
      this.#broken = { error };
      throw error;
    }
    if (this.#study.isHopeless(this.number)) {
      throw new TrialPruned(`Trial ${this.number} is hopeless after ${step} steps`);
    }
  }

  /** What is wrong with the study is not the trial's fault. */
  throwIfBroken(): void {
    if (this.#broken !== undefined) throw this.#broken.error;
  }
}
