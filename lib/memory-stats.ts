/** What a device's caching allocator counted: now, at most, and in all. */
export interface MemoryCounter {
  current: number;
  peak: number;
  allocated: number;
  freed: number;
}

/** A device's memory in bytes, as its caching allocator sees it. */
export interface DeviceMemoryStats {
  /** Held by tensors. */
  allocatedBytes: MemoryCounter;
  /** Taken from the device, used or kept for later. */
  reservedBytes: MemoryCounter;
  /** Held by tensors, or freed while a stream still works with them. */
  activeBytes: MemoryCounter;
  /** How often the cache had to be given back before memory was found. */
  numAllocRetries: number;
  /** How often there was no memory. */
  numOoms: number;
}

/** The CPU memory of tensors, in bytes, of all threads of the process. */
export interface MemoryStats {
  /** Held by tensors, and by autograd graphs for backward. */
  allocatedBytes: number;
  /** The most that `allocatedBytes` has been since the last `resetPeakMemoryStats`. */
  peakBytes: number;
  /** Taken from the operating system for large tensors, in use or kept for the next ones. */
  reservedBytes: number;
  /** What `setMemoryLimit` has set; null without a limit. */
  limitBytes: number | null;
}
