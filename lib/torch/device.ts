import { invalidArgument, outOfRange, TorchError } from '../errors';
import { binding } from './binding';

const DEVICE = /^(cpu|cuda|meta|mps|xpu)(?::(\d{1,2}))?$/;

/**
 * The device of that name, checked: `cpu`, `cuda`, `cuda:1` or `meta`.
 *
 * @throws ArgumentTypeError if it is not the name of a device
 * @throws TorchError `ERR_TORCH_DEVICE` if there is no such device, with the remedy
 */
export function device(name: string): string {
  if (typeof name !== 'string' || !DEVICE.test(name)) {
    throw invalidArgument("a device such as 'cpu' or 'cuda:0'", 'name', name, 'device');
  }
  return requireDevice(name);
}

/** Refuses a CUDA device that is not there; libtorch itself refuses other names. */
export function requireDevice(name: string, operator?: string): string {
  if (!name.startsWith('cuda')) return name;
  const index = Number(DEVICE.exec(name)?.[2] ?? 0);
  const count = binding.deviceCount('cuda');
  if (index < count) return name;
  const message = `Device '${name}' is not there: ${reason(count)}`;
  const details = operator === undefined ? {} : { operator };
  throw new TorchError('ERR_TORCH_DEVICE', message, details);
}

function reason(count: number): string {
  if (count > 0) return `there are ${count}, from cuda:0 to cuda:${count - 1}`;
  const { cudaLoaded, cudaError } = binding;
  if (cudaError !== undefined) {
    return `libtorch's CUDA part does not load (${cudaError}). Install it with the packages it needs: npx metatorch libtorch install --cuda`;
  }
  if (cudaLoaded !== true) {
    return 'the libtorch in use is built for the CPU only. Install the other with `npx metatorch libtorch install --cuda` and set METATORCH_DEVICE=cuda';
  }
  return 'libtorch sees no NVIDIA GPU. See whether `nvidia-smi` lists one, and whether CUDA_VISIBLE_DEVICES hides it';
}

/** Threads that one operator may use. */
export function getNumThreads(): number {
  return binding.numThreads();
}

// Far more than any machine profits from: where the system refuses a thread, OpenMP ends the process.
const MOST_THREADS = 1024;

/**
 * Sets the threads that one operator may use, from 1 to 1024.
 *
 * @throws ArgumentRangeError for another count
 */
export function setNumThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1) {
    throw outOfRange('a positive integer', 'count', count, 'setNumThreads');
  }
  if (count > MOST_THREADS) {
    throw outOfRange(`at most ${MOST_THREADS}`, 'count', count, 'setNumThreads');
  }
  binding.setNumThreads(count);
}
