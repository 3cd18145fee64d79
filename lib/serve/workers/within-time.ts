import { TorchError } from '../../errors';
import type { RequestOptions } from './request-queue';

/** The value of a promise, unless the signal is aborted or the time is up first. What it waits for goes on. */
export async function withinTime<T>(
  promise: Promise<T>,
  { signal, timeout }: RequestOptions,
): Promise<T> {
  signal?.throwIfAborted();
  let settled = (): void => undefined;
  const given = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const late = (): void =>
      reject(new TorchError('ERR_TORCH_TIMEOUT', `No answer came within ${timeout} ms`));
    const timer = timeout === undefined ? undefined : setTimeout(late, timeout);
    settled = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
  });
  try {
    return await Promise.race([promise, given]);
  } finally {
    settled();
  }
}
