import { randomBytes } from 'node:crypto';
import { invalidArgument, outOfRange } from '../errors';
import { binding } from './binding';
import { requireDevice } from './device';
import { arrayName, isTensorData } from './dtype';
import { handleOf } from './handle';
import { splitMix64 } from './splitmix64';
import { isTensor, type Tensor, tensorOf } from './tensor';

const MAX_UINT64 = 2n ** 64n - 1n;

const registry = new FinalizationRegistry<number>((handle) => binding.releaseGenerator(handle));

/** All that a generator’s next numbers depend on. */
export type GeneratorState = { seed: bigint; forks: bigint; state: Uint8Array };

/** The same for the default generator of a device. */
export type DefaultState = { device: string; state: Uint8Array };

type Observer = (generator: Generator) => void;

let observer: Observer | undefined;

/** Has `next` called before any generator is used, and returns the previous observer. @internal */
export function observeGenerators(next: Observer | undefined): Observer | undefined {
  const before = observer;
  observer = next;
  return before;
}

/**
 * A stream of random numbers. The same seed gives the same numbers on the same build and machine.
 * Random operators take it as the option `generator`.
 */
export class Generator {
  readonly device: string;
  readonly #handle: number;
  #seed: bigint;
  #forks = 0n;

  /** @internal Use `torch.generator(seed)`. */
  constructor(seed: number | bigint, device = 'cpu') {
    this.#seed = checkSeed(seed);
    if (typeof device !== 'string') {
      throw invalidArgument("a device such as 'cpu' or 'cuda:0'", 'device', device, 'generator');
    }
    this.device = device;
    this.#handle = binding.createGenerator(requireDevice(device));
    registry.register(this, this.#handle);
    this.manualSeed(seed);
  }

  /** Index in the native table, for use right away. @internal */
  get handle(): number {
    observer?.(this);
    return this.#handle;
  }

  /** The seed that it was last given. */
  get seed(): bigint {
    return this.#seed;
  }

  /** Starts the stream over from a seed in [0, 2^64). */
  manualSeed(seed: number | bigint): this {
    const checked = checkSeed(seed);
    const { handle } = this;
    this.#seed = checked;
    this.#forks = 0n;
    binding.seedGenerator(handle, BigInt.asIntN(64, this.#seed));
    return this;
  }

  /** The whole state as a `uint8` tensor, for `setState`. */
  getState(): Tensor {
    return tensorOf(binding.generatorState(this.handle));
  }

  setState(state: Tensor): this {
    if (!isTensor(state)) throw invalidArgument('a tensor', 'state', state, 'setState');
    binding.setGeneratorState(this.handle, handleOf(state));
    return this;
  }

  /**
   * A new generator with a stream of its own: the n-th fork of a seed is always the same. Its seed
   * comes from SplitMix64 (Steele et al. 2014), so that neighbouring seeds do not share streams.
   */
  fork(): Generator {
    observer?.(this);
    const seed = splitMix64(this.#seed, this.#forks);
    this.#forks += 1n;
    return new Generator(seed, this.device);
  }

  /** The state that `restore` takes to draw the same numbers again. @internal */
  snapshot(): GeneratorState {
    return { seed: this.#seed, forks: this.#forks, state: readState(this.#handle) };
  }

  /** @internal */
  static is(value: unknown): value is Generator {
    return typeof value === 'object' && value !== null && #handle in value;
  }

  /** @internal */
  restore(snapshot: GeneratorState): void {
    const { seed, forks, state } = requireSnapshot(snapshot);
    this.#seed = seed;
    this.#forks = forks;
    writeState(this.#handle, state);
  }
}

function requireSnapshot(value: unknown): GeneratorState {
  const { seed, forks, state }: Partial<GeneratorState> = Object(value);
  const fits = typeof seed === 'bigint' && typeof forks === 'bigint' && isBytes(state);
  if (!fits) throw invalidArgument('what snapshot() returned', 'snapshot', value, 'restore');
  return { seed, forks, state };
}

function isBytes(value: unknown): value is Uint8Array {
  return isTensorData(value) && arrayName(value) === 'Uint8Array';
}

/** The state of the generator that operators on a device use when they are given none. @internal */
export function defaultState(device: string): DefaultState {
  return { device, state: readState(defaultHandle(device)) };
}

/** @internal */
export function restoreDefault({ device, state }: DefaultState): void {
  writeState(defaultHandle(device), state);
}

const defaultHandles = new Map<string, number>();

function defaultHandle(device: string): number {
  const known = defaultHandles.get(device);
  if (known !== undefined) return known;
  const handle = binding.defaultGenerator(device);
  defaultHandles.set(device, handle);
  return handle;
}

function readState(generator: number): Uint8Array {
  const state = tensorOf(binding.generatorState(generator));
  const bytes = state.data() as Uint8Array;
  state.dispose();
  return bytes;
}

function writeState(generator: number, bytes: Uint8Array): void {
  const state = tensorOf(binding.fromBytes(bytes, 'uint8', [bytes.length]));
  binding.setGeneratorState(generator, handleOf(state));
  state.dispose();
}

/** The state of a device's default generator, as bytes. */
export function getRngState(device = 'cpu'): Tensor {
  return tensorOf(binding.generatorState(defaultHandle(device)));
}

/** Puts a device's default generator into a state that `getRngState` gave. */
export function setRngState(state: Tensor, device = 'cpu'): void {
  if (!isTensor(state)) throw invalidArgument('a tensor', 'state', state, 'setRngState');
  binding.setGeneratorState(defaultHandle(device), handleOf(state));
}

/** The seed that a device's default generator was last given; a random one until then. */
export function initialSeed(device = 'cpu'): bigint {
  const { buffer, byteOffset, byteLength } = readState(defaultHandle(device));
  // On every device the seed comes first.
  return new DataView(buffer, byteOffset, byteLength).getBigUint64(0, true);
}

/** Seeds the default generators at random; returns the seed. */
export function seed(): bigint {
  const chosen = randomBytes(8).readBigUInt64LE();
  manualSeed(chosen);
  return chosen;
}

/** True for generators of this library. */
export function isGenerator(value: unknown): value is Generator {
  return Generator.is(value);
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
