import {
  type DefaultState,
  defaultState,
  type Generator,
  type GeneratorState,
  observeGenerators,
  restoreDefault,
} from './random';

/**
 * The generators that a function uses and their states before, so that it can draw the same numbers
 * again. An earlier observer keeps being called.
 */
export class RandomRecord {
  readonly #used = new Map<Generator, GeneratorState>();
  readonly #defaults: readonly DefaultState[];

  /** @param devices those whose default generators may be used, beside the CPU's */
  constructor(devices: readonly string[]) {
    this.#defaults = [...new Set(['cpu', ...devices])].map((device) => defaultState(device));
  }

  /** Runs the function and notes every generator when it is first used. */
  record<T>(fn: () => T): T {
    const outer = observeGenerators((generator) => {
      if (!this.#used.has(generator)) this.#used.set(generator, generator.snapshot());
      outer?.(generator);
    });
    try {
      return fn();
    } finally {
      observeGenerators(outer);
    }
  }

  /** Runs the function with the states that were noted, unobserved, and puts those of now back. */
  replay(fn: () => void): void {
    const outer = observeGenerators(undefined);
    const used = [...this.#used.keys()].map(
      (generator) => [generator, generator.snapshot()] as const,
    );
    const defaults = this.#defaults.map(({ device }) => defaultState(device));
    try {
      for (const [generator, state] of this.#used) generator.restore(state);
      this.#defaults.forEach(restoreDefault);
      fn();
    } finally {
      for (const [generator, state] of used) generator.restore(state);
      defaults.forEach(restoreDefault);
      observeGenerators(outer);
    }
  }
}
