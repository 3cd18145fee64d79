import { setTimeout as delay } from 'node:timers/promises';
import { binding } from '../../lib/torch/binding';

/** Waits until the threads of test files that ran before in this process have ended. */
export async function untilAlone(): Promise<void> {
  const end = performance.now() + 30_000;
  while (binding.threadsInUse() > 1) {
    if (performance.now() > end) throw new Error('Threads of an earlier test still use torch');
    await delay(20);
  }
}
