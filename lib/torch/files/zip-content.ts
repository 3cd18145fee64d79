import { kMaxLength } from 'node:buffer';
import { constants, crc32, inflateRawSync } from 'node:zlib';
import { ByteCursor } from './byte-cursor';
import type { FileErrors } from './file-errors';
import type { InputFile } from './input-file';
import type { ZipEntry } from './zip-directory';

/** The least that is inflated at once: at most 4 MiB once inflated. */
const FIRST_SLICE = 4096;

/** The content of an entry; `verify` must be called once all of it has been taken. */
export type ZipContent = { readonly bytes: ByteCursor; verify(): void };

/**
 * The first bytes of an entry, as many as there are and at least `count` if there are so many.
 * Little more is inflated, whatever the entry claims.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the entry cannot be read
 */
export function zipStart(
  file: InputFile,
  entry: ZipEntry,
  count: number,
  errors: FileErrors,
): Uint8Array {
  const wanted = Math.min(count, entry.size);
  if (!entry.deflated) return file.read(entry.start, wanted);
  for (let length = FIRST_SLICE; ; length *= 2) {
    const isAll = length >= entry.packedSize;
    const packed = file.read(entry.start, isAll ? entry.packedSize : length);
    const bytes = inflate(packed, entry, errors, { finishFlush: constants.Z_SYNC_FLUSH });
    if (bytes.length >= wanted) return bytes;
    if (isAll) throw errors.invalid(`${entry.size} bytes`, `${bytes.length} after inflating`);
  }
}

/**
 * All of an entry: stored bytes are read as they are taken, deflated ones inflated at once.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the entry cannot be read, has another size than it says or,
 *   when it is verified, another checksum
 */
export function zipContent(file: InputFile, entry: ZipEntry, errors: FileErrors): ZipContent {
  const inflated = entry.deflated ? inflateAll(file, entry, errors) : undefined;
  let crc = 0;
  const read = (at: number, count: number): Uint8Array => {
    const bytes = inflated?.subarray(at, at + count) ?? file.read(entry.start + at, count);
    crc = crc32(bytes, crc);
    return bytes;
  };
  return {
    bytes: new ByteCursor(entry.size, read, errors),
    verify() {
      if (crc !== entry.crc) throw errors.invalid(`the checksum ${hex(entry.crc)}`, hex(crc));
    },
  };
}

function inflateAll(file: InputFile, entry: ZipEntry, errors: FileErrors): Uint8Array {
  if (entry.size > kMaxLength) {
    throw errors.invalid(`at most ${kMaxLength} deflated bytes`, `${entry.size}`);
  }
  const bytes = inflate(file.read(entry.start, entry.packedSize), entry, errors, {});
  if (bytes.length === entry.size) return bytes;
  throw errors.invalid(`${entry.size} bytes`, `${bytes.length} after inflating`);
}

function inflate(
  packed: Uint8Array,
  entry: ZipEntry,
  errors: FileErrors,
  options: { finishFlush?: number },
): Uint8Array {
  try {
    return inflateRawSync(packed, { ...options, maxOutputLength: Math.max(entry.size, 1) });
  } catch (cause) {
    throw errors.unreadable(cause);
  }
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
