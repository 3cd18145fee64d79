import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { TorchError } from '../../errors';
import { requireRegular } from '../../files/regular-file';
import { faultOf } from '../../libtorch/reasons';

// The most that one system call is asked to write.
const MAX_WRITE = 1 << 30;
/** As many links as Linux follows. */
const MAX_LINKS = 40;
const PERMISSIONS = 0o777;
const NEW_FILE = 0o666;
const TEMPORARY = /^\.metatorch-[0-9a-f]{16}\.tmp$/;

/**
 * A file that has been written and synced under a temporary name beside the place that it is to take.
 * Whoever reads that place, or a crash at any time, sees the old file or the new one, each whole.
 *
 * A symbolic link stays, and what it leads to is replaced. The new file has the permissions of the old
 * one, and its owner where the system lets this process give files away. A second hard link keeps the
 * old content: to write into the file that both name would show half a file to readers, and overwrite
 * what a backup made of links holds.
 */
export class StagedFile {
  /** The place that it is to take, at the end of all symbolic links. */
  readonly target: string;
  readonly #path: string;
  #at: string;

  /**
   * @param chunks what it is to contain, taken one after the other
   * @throws TorchError `ERR_TORCH_FILE` if it cannot be written, or something other than a regular
   *   file stands at its place; what the chunks throw passes unchanged
   */
  constructor(path: string, chunks: Iterable<Uint8Array>) {
    this.#path = path;
    this.target = onFile(path, () => followLinks(path));
    const old = onFile(path, () => lstatSync(this.target, { throwIfNoEntry: false }));
    if (old !== undefined) onFile(path, () => requireRegular(old));
    const name = `.metatorch-${randomBytes(8).toString('hex')}.tmp`;
    this.#at = join(dirname(this.target), name);
    try {
      writeSynced(this.#at, path, chunks, old);
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** Lets it wait under another name in the same folder. @throws TorchError `ERR_TORCH_FILE` */
  park(name: string): void {
    const to = join(dirname(this.target), name);
    onFile(this.#path, () => renameSync(this.#at, to));
    this.#at = to;
    syncFolder(dirname(this.target));
  }

  /** Puts it in its place. @throws TorchError `ERR_TORCH_FILE` */
  commit(): void {
    onFile(this.#path, () => renameSync(this.#at, this.target));
    syncFolder(dirname(this.target));
  }

  /** Removes it unless it has taken its place. */
  discard(): void {
    rmSync(this.#at, { force: true });
  }
}

/**
 * Writes a file whole or not at all; see `StagedFile`. If anything fails, nothing temporary stays.
 *
 * @throws TorchError `ERR_TORCH_FILE`; what the chunks throw passes unchanged
 */
export function replaceFile(path: string, chunks: Iterable<Uint8Array>): void {
  const staged = new StagedFile(path, chunks);
  try {
    staged.commit();
  } finally {
    staged.discard();
  }
}

/**
 * Where a path leads at the end of all symbolic links, whether there is a file or not.
 *
 * @throws Error of the operating system
 */
export function followLinks(path: string): string {
  let at = path;
  for (let links = 0; ; links++) {
    const stats = lstatSync(at, { throwIfNoEntry: false });
    if (!stats?.isSymbolicLink()) return at;
    if (links === MAX_LINKS) throw new Error(`it leads through more than ${MAX_LINKS} links`);
    const link = readlinkSync(at);
    // Not joined: `..` behind a link is the parent of the folder that the link leads to.
    at = isAbsolute(link) ? link : `${realpathSync(dirname(at))}${sep}${link}`;
  }
}

function writeSynced(
  temporary: string,
  path: string,
  chunks: Iterable<Uint8Array>,
  old: Stats | undefined,
): void {
  const mode = old === undefined ? NEW_FILE : old.mode & PERMISSIONS;
  const file = onFile(path, () => openSync(temporary, 'wx', mode));
  try {
    if (old !== undefined) onFile(path, () => takeAfter(file, old, mode));
    for (const chunk of chunks) onFile(path, () => writeAll(file, chunk));
    onFile(path, () => fsyncSync(file));
  } finally {
    closeSync(file);
  }
}

function takeAfter(file: number, old: Stats, mode: number): void {
  const { uid, gid } = fstatSync(file);
  if (uid !== old.uid || gid !== old.gid) {
    try {
      fchownSync(file, old.uid, old.gid);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  // Opening applied the process's umask.
  fchmodSync(file, mode);
}

/** Only a privileged process may give a file away. */
function isRefusal(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
}

function writeAll(file: number, chunk: Uint8Array): void {
  let at = 0;
  while (at < chunk.length) {
    at += writeSync(file, chunk, at, Math.min(chunk.length - at, MAX_WRITE));
  }
}

/**
 * Removes what crashes have left of staged files. Nobody else may be writing into the folder.
 *
 * @throws TorchError `ERR_TORCH_FILE` if one cannot be removed
 */
export function removeStaged(folder: string): void {
  for (const name of onFile(folder, () => readdirSync(folder))) {
    if (TEMPORARY.test(name)) onFile(folder, () => rmSync(join(folder, name), { force: true }));
  }
}

/**
 * Makes what was made, renamed or removed in a folder last. Windows has no such call, and needs none.
 *
 * @throws TorchError `ERR_TORCH_FILE`
 */
export function syncFolder(folder: string): void {
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
    const message = `Cannot write ${path}: ${faultOf(cause, path)}`;
    throw new TorchError('ERR_TORCH_FILE', message, { path, cause });
  }
}
