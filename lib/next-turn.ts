import { setImmediate as asCallback } from 'node:timers';
import { setImmediate as asPromise } from 'node:timers/promises';

// Kept here as they are when this is loaded: an application's tests put timers in their place that stand still.

/** Resolves in the next turn of the event loop. */
export const nextTurn: () => Promise<void> = asPromise;

/** Calls back in the next turn of the event loop. */
export const inNextTurn: (callback: () => void) => unknown = asCallback;
