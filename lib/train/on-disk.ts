import { TorchError } from '../errors';

/** Runs what uses a file or folder; the errors of the system become `ERR_TORCH_FILE` that names it. */
export function onDisk<T>(path: string, verb: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new TorchError('ERR_TORCH_FILE', `Cannot ${verb} ${path}: ${found}`, { path, cause });
  }
}
