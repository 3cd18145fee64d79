import { rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { makeFolders, onDisk } from '../files/on-disk';

/**
 * Runs `work` with a folder, which is made first: what follows would be in vain if nothing could be saved
 * there. Folders that are empty in the end, and were not there before, are removed.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the folder cannot be made
 */
export async function withFolder(path: string, work: () => Promise<void>): Promise<void> {
  const folder = resolve(path);
  const first = onDisk(folder, 'make the folder', () => makeFolders(folder));
  try {
    await work();
  } finally {
    if (first !== undefined) await removeEmpty(folder, first);
  }
}

/** Removes a folder and those above it, up to `last`, as long as they are empty. */
async function removeEmpty(folder: string, last: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch {
    return;
  }
  if (folder !== last) await removeEmpty(dirname(folder), last);
}
