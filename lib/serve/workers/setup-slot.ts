import { deserialize, serialize } from 'node:v8';

/** Far more than a setup needs. Pages that nothing is written to take no memory. */
const MOST_BYTES = 2 ** 23;

/**
 * What threads are set up with: memory that they are started with, which is filled before their first task. So they
 * load their modules while the setup is being made.
 */
export class SetupSlot<T> {
  readonly memory: SharedArrayBuffer;

  /** @param memory that of another thread's slot */
  constructor(memory = new SharedArrayBuffer(MOST_BYTES)) {
    this.memory = memory;
  }

  /** @param setup plain data */
  put(setup: T): void {
    new Uint8Array(this.memory).set(serialize(setup));
  }

  take(): T {
    return deserialize(new Uint8Array(this.memory));
  }
}
