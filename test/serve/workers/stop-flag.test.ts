import { checkOf, withStopFlag } from '../../../lib/serve/workers/stop-flag';

test('what is aborted raises the flag, and whoever waits gets the reason', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const work = withStopFlag(controller.signal, async (flag) => {
    const check = checkOf(flag);
    expect(() => check?.()).not.toThrow();
    controller.abort(reason);
    check?.();
  });
  await expect(work).rejects.toBe(reason);
});

test('other errors stay, and without a signal there is no flag', async () => {
  const { signal } = new AbortController();
  const failed = withStopFlag(signal, () => Promise.reject(new Error('of its own')));
  await expect(failed).rejects.toThrow('of its own');
  expect(await withStopFlag(undefined, async (flag) => checkOf(flag))).toBeUndefined();
});
