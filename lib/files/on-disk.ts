import { existsSync, mkdirSync, statSync } from 'node:fs';
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
  const full = resolve(path);
  if (isFolder(full)) return undefined;
  const missing = [full];
  let above = dirname(full);
  while (!existsSync(above) && dirname(above) !== above) {
    missing.push(above);
    above = dirname(above);
  }
  // One by one: all at once, Node.js tries for ever where a folder cannot be made in one that is there, as in /proc, and
  // says of a disk that is read-only that something is missing.
  for (const folder of missing.toReversed()) {
    try {
      mkdirSync(folder);
    } catch (error) {
      // Another process may have made it meanwhile.
      if (!isFolder(folder)) throw error;
    }
  }
  return missing.at(-1);
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();
