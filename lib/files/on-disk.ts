import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { TorchError } from '../errors';
import { messageOf } from '../libtorch/reasons';

/** Runs what uses a file or folder; the errors of the system become `ERR_TORCH_FILE` that names it. */
export function onDisk<T>(path: string, verb: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new TorchError('ERR_TORCH_FILE', `Cannot ${verb} ${path}: ${messageOf(cause, path)}`, {
      path,
      cause,
    });
  }
}

/**
 * Makes a folder, with those above it, unless it is there. Returns the first of those that it has made.
 *
 * @throws Error of the operating system
 */
export function makeFolders(path: string): string | undefined {
  try {
    return mkdirSync(path, { recursive: true });
  } catch (error) {
    // What Node.js says of a disk that is read-only; the first folder that is missing shows the reason.
    if (Object(error).code !== 'ENOENT') throw error;
    let first = resolve(path);
    while (dirname(first) !== first && !existsSync(dirname(first))) first = dirname(first);
    mkdirSync(first);
    return mkdirSync(path, { recursive: true }) ?? first;
  }
}
