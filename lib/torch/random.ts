import { invalidArgument, outOfRange } from '../errors';
import { binding } from './binding';
import { requireDevice } from './device';
import { Tensor } from './tensor';

const MAX_UINT64 = 2n ** 64n - 1n;
const GOLDEN_GAMMA = 0x9e3779b97f4a7c15n;

const registry = new FinalizationRegistry<number>((handle) => binding.releaseGenerator(handle));

/**
 * A stream of random numbers. The same seed gives the same numbers on the same build and machine.
 * Random operators take it as the option `generator`.
 */
export class Generator {
  /** Index in the native table. @internal */
  readonly handle: number;
  readonly device: string;
  #seed: bigint;
  #forks = 0n;

  /** @internal Use `torch.generator(seed)`. */
  constructor(seed: number | bigint, device = 'cpu') {
    this.#seed = checkSeed(seed);
    this.device = device;
    this.handle = binding.createGenerator(requireDevice(device));
    registry.register(this, this.handle);
    this.manualSeed(seed);
  }

  /** The seed that it was last given. */
  get seed(): bigint {
    return this.#seed;
  }

  /** Starts the stream over from a seed in [0, 2^64). */
  manualSeed(seed: number | bigint): this {
    this.#seed = checkSeed(seed);
    this.#forks = 0n;
    binding.seedGenerator(this.handle, BigInt.asIntN(64, this.#seed));
    return this;
  }

  /** The whole state as a `uint8` tensor, for `setState`. */
  getState(): Tensor {
    return new Tensor(binding.generatorState(this.handle));
  }

  setState(state: Tensor): this {
    binding.setGeneratorState(this.handle, state.handle);
    return this;
  }

  /**
   * A new generator with a stream of its own: the n-th fork of a seed is always the same. Its seed
   * comes from SplitMix64 (Steele et al. 2014), so that neighbouring seeds do not share streams.
   */
  fork(): Generator {
    this.#forks += 1n;
    return new Generator(mix64(this.#seed + this.#forks * GOLDEN_GAMMA), this.device);
  }
}

/** A seeded generator; the seed is an integer in [0, 2^64). */
export function generator(seed: number | bigint, device = 'cpu'): Generator {
  return new Generator(seed, device);
}

/** Seeds the default generators, which random operators use when they are given none. */
export function manualSeed(seed: number | bigint): void {
  binding.manualSeed(BigInt.asIntN(64, checkSeed(seed)));
}

function checkSeed(seed: number | bigint): bigint {
  if (typeof seed !== 'bigint' && typeof seed !== 'number') {
    throw invalidArgument('an integer', 'seed', seed);
  }
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw outOfRange('a safe integer or a bigint', 'seed', seed);
  }
  const value = BigInt(seed);
  if (value < 0n || value > MAX_UINT64) throw outOfRange('0 to 2^64 - 1', 'seed', seed);
  return value;
}

function mix64(value: bigint): bigint {
  let z = BigInt.asUintN(64, value);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}
