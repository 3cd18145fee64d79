import { setTimeout as delay } from 'node:timers/promises';
import { binding } from '../../../lib/torch/binding';

/** Waits until at most so many threads use torch. Default: the test's own, whatever files ran before in its process. */
export async function untilAlone(threads = 1): Promise<void> {
  const end = performance.now() + 30_000;
  while (binding.threadsInUse() > threads) {
    if (performance.now() > end) throw new Error('Threads that should have ended still use torch');
    await delay(20);
  }
}

/** How many threads use torch. */
export const threadsInUse = (): number => binding.threadsInUse();
