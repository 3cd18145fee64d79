import { integerFrom } from '../check';
import { invalidArgument, outOfRange } from '../errors';
import { splitMix64 } from '../torch/splitmix64';
import { Xoshiro128 } from './xoshiro128';

const TWO_POW_32 = 2 ** 32;

function requireSeed(seed: unknown): bigint {
  if (typeof seed === 'number') return BigInt(integerFrom(0, seed, 'seed', 'RandomSource'));
  const expected = 'an integer from 0 to 2^64 − 1';
  if (typeof seed !== 'bigint') throw invalidArgument(expected, 'seed', seed);
  if (seed !== BigInt.asUintN(64, seed)) throw outOfRange(expected, 'seed', seed);
  return seed;
}

function lowWord(x: bigint): number {
  return Number(BigInt.asUintN(32, x));
}

function highWord(x: bigint): number {
  return Number(x >> 32n);
}

/**
 * Random numbers for drawing episodes: xoshiro128** on a state from SplitMix64, so the same seed
 * gives the same draws on every machine, independently of libtorch's generators.
 *
 * @throws ArgumentTypeError or ArgumentRangeError unless the seed is an integer from 0 to 2^64 − 1
 * (a number: to 2^53 − 1).
 */
export class RandomSource {
  readonly #generator: Xoshiro128;
  readonly #streamSeed: bigint;

  constructor(seed: number | bigint) {
    const seed64 = requireSeed(seed);
    // Outputs of SplitMix64 never repeat within its period, so the two are not both zero.
    const first = splitMix64(seed64, 0);
    const second = splitMix64(seed64, 1);
    this.#streamSeed = splitMix64(seed64, 2);
    this.#generator = new Xoshiro128([
      lowWord(first),
      highWord(first),
      lowWord(second),
      highWord(second),
    ]);
  }

  /** An integer from 0 to 2^32 − 1. */
  nextUint32(): number {
    return this.#generator.next();
  }

  /** A multiple of 2^−53 in [0, 1). */
  nextFloat(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }

  /**
   * An integer from 0 to `n` − 1, all equally likely.
   *
   * @throws ArgumentTypeError or ArgumentRangeError unless `n` is an integer from 1 to 2^32.
   */
  int(n: number): number {
    return this.below(integerFrom(1, n, 'n', 'RandomSource', TWO_POW_32));
  }

  /** The same without a look at `n`, where episodes are drawn by the hundred thousand. @internal */
  below(n: number): number {
    for (;;) {
      const x = this.#generator.next();
      const rest = x % n;
      // Without the last, incomplete run of n numbers below 2^32 every remainder is equally frequent.
      if (x - rest <= TWO_POW_32 - n) return rest;
    }
  }

  /** A copy of `items` in random order (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    return this.sample(items, items.length);
  }

  /**
   * `count` of the items, drawn without replacement, in random order. Time and memory grow with
   * `count`, not with the number of items.
   *
   * @throws ArgumentTypeError or ArgumentRangeError unless `count` is an integer from 0 to the number
   * of items.
   */
  sample<T>(items: readonly T[], count: number): T[] {
    integerFrom(0, count, 'count', 'RandomSource', items.length);
    return this.#indices(items.length, count).flatMap((i) => items.slice(i, i + 1));
  }

  /**
   * An independent source, number `stream` of this one's. It depends on the seed and on `stream`
   * only, not on what was drawn before.
   *
   * @throws ArgumentTypeError or ArgumentRangeError unless `stream` is an integer of at least 0.
   */
  fork(stream: number): RandomSource {
    integerFrom(0, stream, 'stream', 'RandomSource', Number.MAX_SAFE_INTEGER - 1);
    return new RandomSource(splitMix64(this.#streamSeed, stream));
  }

  /** The start of a random permutation of 0…n−1, keeping only the places that a swap changed. */
  #indices(n: number, count: number): number[] {
    const moved = new Map<number, number>();
    return Array.from({ length: count }, (_, i) => {
      const j = i + this.int(n - i);
      const drawn = moved.get(j) ?? j;
      moved.set(j, moved.get(i) ?? i);
      return drawn;
    });
  }
}
