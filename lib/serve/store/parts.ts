import { open, rm } from 'node:fs/promises';

/** Removes a file or folder that nothing points to; what cannot be removed now is, when the store is opened. */
export async function removePart(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}

export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const file = await open(folder, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
