import { getEventListeners } from 'node:events';
import { interruptible, unlessAborted } from '../../lib/cli/interrupt';

const code = process.exitCode;
afterEach(() => {
  process.exitCode = code;
});

test('a promise is waited for, and nothing listens on', async () => {
  const { signal } = new AbortController();
  await expect(unlessAborted(Promise.resolve(1), signal)).resolves.toBe(1);
  await expect(unlessAborted(Promise.reject(new Error('own')), signal)).rejects.toThrow('own');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('an aborted signal ends the wait at once', async () => {
  const controller = new AbortController();
  const waiting = unlessAborted(new Promise(() => undefined), controller.signal);
  controller.abort();
  await expect(waiting).rejects.toBe(controller.signal.reason);
  await expect(unlessAborted(Promise.resolve(1), controller.signal)).rejects.toBe(
    controller.signal.reason,
  );
});

test('the first Ctrl-C aborts the signal, and the process ends with 130', async () => {
  const before = process.listenerCount('SIGINT');
  await interruptible(async (signal) => {
    process.emit('SIGINT');
    signal.throwIfAborted();
  });
  expect(process.exitCode).toBe(130);
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('a failure of the work passes unchanged', async () => {
  const work = async (): Promise<void> => {
    throw new Error('own');
  };
  await expect(interruptible(work)).rejects.toThrow('own');
  expect(process.exitCode).toBe(code);
});
