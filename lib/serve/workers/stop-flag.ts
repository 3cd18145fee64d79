/** Says to another thread that its work is given up: shared memory, as a thread that works reads no messages. */
export type StopFlag = Int32Array<SharedArrayBuffer>;

const STOPPED = 1;

/** Runs work with a flag that is raised when the signal is aborted. @throws the signal's reason then */
export async function withStopFlag<T>(
  signal: AbortSignal | undefined,
  work: (flag: StopFlag | undefined) => Promise<T>,
): Promise<T> {
  if (signal === undefined) return work(undefined);
  const flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const raise = (): void => void Atomics.store(flag, 0, STOPPED);
  signal.addEventListener('abort', raise, { once: true });
  try {
    return await work(flag);
  } catch (error) {
    // What the thread throws is its own; whoever waits gets the reason.
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', raise);
  }
}

/** A check for the steps of the work, which throws once the flag is raised. */
export function checkOf(flag: StopFlag | undefined): (() => void) | undefined {
  if (flag === undefined) return undefined;
  return () => {
    if (Atomics.load(flag, 0) === STOPPED) throw new Error('The work is given up');
  };
}
