import { invalidArgument } from '../../errors';
import type { DeviceMemoryStats } from '../../memory-stats';
import { binding } from '../binding';
import { requireDevice } from '../device';
import { graph } from './cuda-graph';
import { currentStream, Event, runOnStream, Stream } from './stream';

/** True if there is a GPU that libtorch can compute on. */
function isAvailable(): boolean {
  return binding.deviceCount('cuda') > 0;
}

/** How many GPUs there are; 0 where libtorch is built for the CPU. */
function deviceCount(): number {
  return binding.deviceCount('cuda');
}

/** For example `NVIDIA H100 80GB HBM3`. */
function deviceName(index = 0): string {
  deviceAt(index, 'deviceName');
  return binding.deviceName(index);
}

/** Waits until all streams of a GPU are done. */
function synchronize(index = 0): void {
  binding.synchronizeDevice(deviceAt(index, 'synchronize'));
}

/** Gives memory that no tensor holds back to the driver. */
function emptyCache(): void {
  binding.emptyCache(deviceAt(0, 'emptyCache'));
}

/** What a GPU's caching allocator holds, in bytes. */
function memoryStats(index = 0): DeviceMemoryStats {
  return binding.memoryStats(deviceAt(index, 'memoryStats'));
}

/** Starts the peaks of `memoryStats` over. */
function resetPeakMemoryStats(index = 0): void {
  binding.resetPeakMemoryStats(deviceAt(index, 'resetPeakMemoryStats'));
}

/** Runs `fn` on a stream, by default a new one, and returns what it returns. */
function stream<T>(fn: () => T, on: Stream = new Stream()): T {
  return runOnStream(on, fn);
}

function deviceAt(index: number, operator: string): string {
  if (Number.isInteger(index) && index >= 0) return requireDevice(`cuda:${index}`);
  throw invalidArgument("a device's index", 'index', index, operator);
}

/** NVIDIA GPUs. All but the first two throw `ERR_TORCH_DEVICE`, with the cure, where there is none. */
export const cuda = {
  isAvailable,
  deviceCount,
  deviceName,
  synchronize,
  emptyCache,
  memoryStats,
  resetPeakMemoryStats,
  stream,
  currentStream,
  graph,
  Stream,
  Event,
};
