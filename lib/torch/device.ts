import { outOfRange } from '../errors';
import { binding } from './binding';

/** Live tensors of this thread, and the bytes of their storages, each storage counted once. */
export function memory(): { tensors: number; bytes: number } {
  return binding.memory();
}

/** Threads that one operator may use. */
export function getNumThreads(): number {
  return binding.numThreads();
}

/** Sets the threads that one operator may use; at least 1. */
export function setNumThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1) {
    throw outOfRange('a positive integer', 'count', count, 'setNumThreads');
  }
  binding.setNumThreads(count);
}
