import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** As `nice -n 5`: a third of a processor where others want all of it, and all of it where none does. */
const NICENESS = 5;

/**
 * Lets other threads go first where processors are few, above all the one with the event loop. On Linux
 * niceness is a thread's own, and the threads that it starts have the same.
 */
export function giveWay(): void {
  try {
    const thread = threadId();
    setPriority(thread, Math.max(getPriority(thread), NICENESS));
  } catch {
    // Not on this system, or not allowed: it works as well, only less smoothly.
  }
}

/** The number that Linux has for this thread, from `<process>/task/<thread>`. */
function threadId(): number {
  return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
}
