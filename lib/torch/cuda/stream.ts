import { callable, flag, knownOptions } from '../../check';
import { ArgumentTypeError, invalidArgument } from '../../errors';
import type { StreamId } from '../../native';
import { binding } from '../binding';
import { requireDevice } from '../device';
import { handleOf } from '../handle';
import { synchronous } from '../synchronous';
import { isTensor, type Tensor } from '../tensor';

export type StreamOptions = {
  /** Default: `cuda:0`. */
  device?: string;
  /** Lower numbers come first; CUDA has 0 and -1. Default: 0. */
  priority?: number;
};

export type EventOptions = {
  /** Take the time, for `elapsedTime`. Default: false. */
  enableTiming?: boolean;
  /** Default: `cuda`. */
  device?: string;
};

/**
 * A queue of work on a device: operators run in the order in which they were given to the stream that
 * is current, and at the same time as those of other streams.
 *
 * @throws TorchError `ERR_TORCH_DEVICE` if the device is not there
 */
export class Stream {
  /** With its index, for example `cuda:0`. */
  readonly device: string;
  /** @internal */
  readonly id: StreamId;

  constructor(options: StreamOptions = {}, id?: StreamId) {
    const { device, priority = 0 } = knownOptions(options, ['device', 'priority'], 'Stream');
    if (!Number.isInteger(priority)) {
      throw invalidArgument('an integer', 'priority', priority, 'Stream');
    }
    this.device = withIndex(device ?? 'cuda:0');
    this.id = id ?? binding.newStream(this.device, priority);
  }

  /** True if all work given to it is done. */
  query(): boolean {
    return binding.queryStream(this.device, this.id);
  }

  /** Waits until all work given to it is done. */
  synchronize(): void {
    binding.synchronizeStream(this.device, this.id);
  }

  /** Lets what it is given from now on wait for what another stream was given so far. */
  waitStream(other: Stream): void {
    requireStream(other, 'other', 'waitStream');
    const event = new Event({ device: other.device });
    event.record(other);
    event.wait(this);
    event.dispose();
  }

  /** Keeps a tensor's memory from being given away before this stream is done with it. */
  recordTensor(tensor: Tensor): void {
    if (!isTensor(tensor)) throw invalidArgument('a tensor', 'tensor', tensor, 'recordTensor');
    binding.recordOnStream(handleOf(tensor), this.device, this.id);
  }

  equals(other: Stream): boolean {
    requireStream(other, 'other', 'equals');
    return this.device === other.device && BigInt(this.id) === BigInt(other.id);
  }
}

/** The stream that operators on a device are given to in this thread. */
export function currentStream(device = 'cuda:0'): Stream {
  const name = withIndex(device);
  return new Stream({ device: name }, binding.currentStream(name));
}

/** Runs `fn` with a stream as the current one of its device. */
export function runOnStream<T>(stream: Stream, fn: () => T): T {
  callable(fn, 'fn', 'stream');
  requireStream(stream, 'on', 'stream');
  const before = binding.exchangeStream(stream.device, stream.id);
  try {
    return synchronous(fn(), 'stream');
  } finally {
    binding.exchangeStream(stream.device, before);
  }
}

function requireStream(value: unknown, name: string, operator: string): void {
  if (!(value instanceof Stream)) throw invalidArgument('a Stream', name, value, operator);
}

function withIndex(device: string): string {
  if (typeof device !== 'string' || !/^cuda(:\d+)?$/.test(device)) {
    throw invalidArgument("a device such as 'cuda:0'", 'device', device, 'Stream');
  }
  return requireDevice(device.includes(':') ? device : `${device}:0`);
}

const registry = new FinalizationRegistry<number>((handle) => binding.releaseEvent(handle));

/** A point in a stream's work that others can wait for, and whose time can be taken. */
export class Event {
  readonly device: string;
  readonly #timing: boolean;
  #handle: number;

  constructor(options: EventOptions = {}) {
    const known = knownOptions(options, ['device', 'enableTiming'], 'Event');
    this.#timing = flag(known.enableTiming ?? false, 'enableTiming', 'Event');
    this.device = withIndex(known.device ?? 'cuda');
    this.#handle = binding.createEvent(this.device, this.#timing);
    registry.register(this, this.#handle, this);
  }

  /** Marks what a stream was given so far. Default: the current stream. */
  record(stream: Stream = currentStream(this.device)): this {
    requireStream(stream, 'stream', 'record');
    binding.recordEvent(this.#handle, stream.device, stream.id);
    return this;
  }

  /** Lets what a stream is given from now on wait for the event. Default: the current stream. */
  wait(stream: Stream = currentStream(this.device)): void {
    requireStream(stream, 'stream', 'wait');
    binding.blockStream(this.#handle, stream.device, stream.id);
  }

  /** True if what it marks is done. */
  query(): boolean {
    return binding.queryEvent(this.#handle);
  }

  /** Waits until what it marks is done. */
  synchronize(): void {
    binding.synchronizeEvent(this.#handle);
  }

  /** Milliseconds from this event to `end`, once both are done; both need `enableTiming`. */
  elapsedTime(end: Event): number {
    if (!(end instanceof Event)) throw invalidArgument('an Event', 'end', end, 'elapsedTime');
    if (!this.#timing || !end.#timing) {
      throw new ArgumentTypeError('Expected events with enableTiming', 'elapsedTime');
    }
    return binding.elapsedTime(this.#handle, end.#handle);
  }

  /** Frees the event now. */
  dispose(): void {
    if (this.#handle < 0) return;
    registry.unregister(this);
    binding.releaseEvent(this.#handle);
    this.#handle = -1;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
