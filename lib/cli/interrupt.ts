/** What a shell expects of a process that a signal ended: 128 and the signal's number. */
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs `work` with a signal that Ctrl-C and SIGTERM abort, so that it can keep what it has made. The process
 * ends with status 130 or 143 then, and at once if the signal comes again.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  let status: number | undefined;
  const stop = (name: keyof typeof STATUS): void => {
    if (signal.aborted) process.exit(STATUS[name]);
    status = STATUS[name];
    controller.abort();
  };
  const listeners = SIGNALS.map((name) => [name, () => stop(name)] as const);
  for (const [name, listener] of listeners) process.on(name, listener);
  try {
    await work(signal);
  } catch (error) {
    if (error !== signal.reason) throw error;
  } finally {
    for (const [name, listener] of listeners) process.removeListener(name, listener);
    if (status !== undefined) process.exitCode = status;
  }
}

/** The value of a promise, unless the signal is aborted first: then its reason is thrown at once. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
