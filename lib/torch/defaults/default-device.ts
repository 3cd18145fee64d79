import { device as checkedDevice } from '../device';
import { type Setting, switched } from './switched';

// Each thread has its own, and its own copy of this module. Undefined for the CPU, libtorch's own.
let current: string | undefined;

const setting: Setting<string | undefined> = {
  operator: 'setDefaultDevice',
  get: () => current,
  set(device) {
    current = device === 'cpu' ? undefined : device;
  },
};

/**
 * Sets where this thread makes tensors if no device is given: operators that take no tensor, such as
 * `zeros`, `rand` and `arange`, and `tensor` and `asTensor`, which then also move tensors that they are
 * given. Files and tokens are read where their options say. With `fn`, it holds while `fn` runs, whose
 * result is returned.
 *
 * It holds for this thread alone: every worker starts with `cpu`. Scopes do not change it, and after
 * an `await` it is whatever was set last. Default: `cpu`.
 *
 * @throws ArgumentTypeError if it is not the name of a device, or if `fn` returns a promise
 * @throws TorchError `ERR_TORCH_DEVICE` if there is no such device
 */
export function setDefaultDevice(device: string): void;
export function setDefaultDevice<T>(device: string, fn: () => T): T;
export function setDefaultDevice<T>(device: string, fn?: () => T): T | undefined {
  return switched(setting, checkedDevice(device), fn);
}

/** Where tensors are made if no device is given; see `setDefaultDevice`. */
export function getDefaultDevice(): string {
  return current ?? 'cpu';
}

/** The device that was set, if it is not the CPU. */
export function chosenDevice(): string | undefined {
  return current;
}
