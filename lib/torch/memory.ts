import { outOfRange } from '../errors';
import type { MemoryStats } from '../memory-stats';
import { binding } from './binding';

/**
 * Live tensors of this thread, and the bytes of their storages and of those that its tokens (see
 * `share`) still hold, each storage counted once.
 */
export function memory(): { tensors: number; bytes: number } {
  return binding.memory();
}

/**
 * The CPU memory that the tensors of all threads hold, in bytes, including what autograd graphs keep for
 * backward; for GPUs see `torch.cuda.memoryStats`.
 *
 * Tensors of 32 KiB and more share segments that stay mapped when they are freed, so that a training
 * loop does not ask the operating system for the same pages at every step: `reservedBytes` is about the
 * most that such tensors have held. `emptyCache` gives it back. The environment variable
 * `METATORCH_ALLOCATOR=system` takes every tensor's memory from the system's allocator instead, for
 * tools that watch that one.
 */
export function memoryStats(): MemoryStats {
  return binding.memoryStatsOfCpu();
}

/** Starts the peak of `memoryStats` over from what is held now. */
export function resetPeakMemoryStats(): void {
  binding.resetPeakMemoryOfCpu();
}

/** Gives CPU memory that no tensor uses back to the operating system. */
export function emptyCache(): void {
  binding.emptyCacheOfCpu();
}

/**
 * The most bytes that CPU tensors of all threads may hold together; null for no limit, the default. An
 * operator that wants more fails with `ERR_TORCH_MEMORY_LIMIT`, before anything is allocated, and
 * everything goes on: a loop that runs away becomes an error that says so, where otherwise the operating
 * system would end the process. A limit below what is held now holds for what comes next.
 *
 *     torch.setMemoryLimit(2 * 2 ** 30);
 *
 * @throws ArgumentRangeError unless it is an integer of at least 0
 */
export function setMemoryLimit(bytes: number | null): void {
  if (bytes !== null && (!Number.isSafeInteger(bytes) || bytes < 0)) {
    throw outOfRange('an integer of at least 0, or null', 'bytes', bytes, 'setMemoryLimit');
  }
  binding.setMemoryLimit(bytes);
}
