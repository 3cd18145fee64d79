import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs';

/** A file descriptor, and how many bytes the file had when it was opened. */
export type OpenFile = { readonly file: number; readonly size: number };

// Windows has no such flag, and no such files.
const NON_BLOCKING = constants.O_NONBLOCK ?? 0;

/**
 * Opens a regular file for reading. To open a pipe would wait for its writer, and a device may act on
 * being opened, so anything else is refused before; what has come in its place since, after.
 *
 * @throws Error of the operating system, or one that names what is at the path
 */
export function openRegular(path: string): OpenFile {
  requireRegular(statSync(path));
  const file = openSync(path, constants.O_RDONLY | NON_BLOCKING);
  try {
    return { file, size: requireRegular(fstatSync(file)).size };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/**
 * All bytes of a regular file.
 *
 * @throws what `openRegular` throws, or the operating system in reading
 */
export function readRegular(path: string): Buffer {
  const { file } = openRegular(path);
  try {
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** The status of a file, if that is a regular one. */
export function requireRegular(stats: Stats): Stats {
  if (stats.isFile()) return stats;
  throw new Error(`it is not a regular file but ${kindOf(stats)}`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return stats.isBlockDevice() || stats.isCharacterDevice() ? 'a device' : 'something else';
}
