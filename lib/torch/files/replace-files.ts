import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TorchError } from '../../errors';

/** A file and what it is to contain; the chunks are taken only when the file's turn comes. */
export type Replacement = { readonly path: string; readonly chunks: Iterable<Uint8Array> };

// What one call of the operating system is asked to write at most.
const MAX_WRITE = 1 << 30;

/**
 * Writes files so that a reader, or a crash at any time, sees each of them whole, old or new: all
 * are written under temporary names beside their targets and synced, then renamed in order. A target
 * that is a symbolic link is replaced by the file. If anything fails, nothing temporary stays.
 *
 * @throws TorchError `ERR_TORCH_FILE`; what the chunks throw passes unchanged
 */
export function replaceFiles(files: readonly Replacement[]): void {
  const staged: { path: string; temporary: string }[] = [];
  try {
    for (const { path, chunks } of files) {
      const temporary = join(dirname(path), `.metatorch-${randomBytes(8).toString('hex')}.tmp`);
      staged.push({ path, temporary });
      writeSynced(temporary, path, chunks);
    }
    for (const { path, temporary } of staged) {
      onFile(path, () => renameSync(temporary, path));
    }
    for (const folder of new Set(staged.map(({ path }) => dirname(path)))) syncFolder(folder);
  } finally {
    for (const { temporary } of staged) rmSync(temporary, { force: true });
  }
}

function writeSynced(temporary: string, path: string, chunks: Iterable<Uint8Array>): void {
  const file = onFile(path, () => openSync(temporary, 'wx'));
  try {
    for (const chunk of chunks) onFile(path, () => writeAll(file, chunk));
    onFile(path, () => fsyncSync(file));
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, chunk: Uint8Array): void {
  let at = 0;
  while (at < chunk.length) {
    at += writeSync(file, chunk, at, Math.min(chunk.length - at, MAX_WRITE));
  }
}

// A rename is only durable once its folder is. Windows has no such call, and needs none.
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  onFile(folder, () => {
    const file = openSync(folder, 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  });
}

function onFile<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TorchError('ERR_TORCH_FILE', `Cannot write ${path}: ${reason}`, { path, cause });
  }
}
