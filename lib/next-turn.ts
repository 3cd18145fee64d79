import { setImmediate as asCallback } from 'node:timers';
import { setImmediate as asPromise } from 'node:timers/promises';

// Kept here as they are when this is loaded: an application's tests put timers in their place that stand still.

/** Resolves in the next turn of the event loop. */
export const nextTurn: () => Promise<void> = asPromise;

/** Calls back in the next turn of the event loop. */
export const inNextTurn: (callback: () => void) => unknown = asCallback;

/** Does work that comes up for air now and then, all at once. */
export function atOnce<R>(work: Generator<void, R>): R {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/**
 * Does work that comes up for air now and then, and lets other work have its turn each time.
 *
 * @param signal ends the work where it comes up; the promise is rejected with its reason
 */
export async function inTurns<R>(work: Generator<void, R>, signal?: AbortSignal): Promise<R> {
  signal?.throwIfAborted();
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await nextTurn();
    if (signal?.aborted) work.throw(signal.reason);
  }
}
