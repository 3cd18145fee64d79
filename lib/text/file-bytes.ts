import { closeSync, createReadStream, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { openRegular } from '../files/regular-file';

const GZIP = [0x1f, 0x8b];
const CHUNK_BYTES = 2 ** 18;

/** What may be asked of the reading of a file. */
export type FileBytesOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Hears how many bytes of the file have been read. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
};

/**
 * The bytes of a regular file piece by piece, unpacked if they begin as gzip does.
 *
 * @throws Error of the operating system or of zlib, one that says what is at the path if that is not a
 *   regular file, or the signal's reason
 */
export async function* fileBytes(
  path: string,
  { signal, onBytes }: FileBytesOptions = {},
): AsyncGenerator<Buffer> {
  signal?.throwIfAborted();
  const { file: fd } = openRegular(path);
  const isPacked = startsWith(firstBytes(fd), GZIP);
  // The stream closes the file.
  const file = createReadStream('', { fd, start: 0, highWaterMark: CHUNK_BYTES });
  const source = isPacked ? file.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : file;
  // Errors do not go through a pipe by themselves.
  if (source !== file) file.on('error', (error) => source.destroy(error));
  try {
    for await (const chunk of source) {
      signal?.throwIfAborted();
      onBytes?.(file.bytesRead);
      yield chunk;
    }
  } finally {
    file.destroy();
    if (source !== file) source.destroy();
  }
}

/** Whether bytes begin with others. */
export function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

function firstBytes(fd: number): Buffer {
  const bytes = Buffer.alloc(GZIP.length);
  try {
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0));
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
