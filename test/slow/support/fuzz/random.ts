import { numbers } from '../../../helpers/numbers';

/** Choices from a seed: the same ones for the same seed. */
export class Random {
  readonly #next: (limit: number) => number;

  constructor(seed: number) {
    this.#next = numbers(seed);
  }

  /** An integer in [0, limit). */
  int(limit: number): number {
    return this.#next(limit);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.#next(1_000_000) < probability * 1_000_000;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.int(choices.length)] as T;
  }

  /** So many values, each made anew. */
  list<T>(length: number, make: () => T): T[] {
    return Array.from({ length }, make);
  }
}

/** The source of one call of a campaign, which no other call has a part in. */
export function randomOfCall(seed: number, index: number): Random {
  return new Random(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
}
