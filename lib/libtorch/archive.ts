import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { describe, TorchError } from '../errors';
import { messageOf } from './reasons';

const GIBIBYTE = 1024 ** 3;
const FILE_TYPE = 0o170000;
const REGULAR_FILE = 0o100000;
const DEFAULT_MODE = 0o644;

/** Options of {@link unpack}. */
export interface UnpackOptions {
  /** The path to unpack an entry to, relative to the folder, or undefined to leave it out. */
  select?(name: string): string | undefined;
  /** Bound on the unpacked size in bytes; default 4 GiB. */
  maxBytes?: number;
  /** Bound on the number of entries, those left out included; default 200,000. */
  maxEntries?: number;
}

/**
 * Unpacks the zip file `archive` into `folder` and returns the number of files written. File
 * modes are kept. An archive is refused as a whole if any entry, selected or not, could land
 * outside the folder or is neither a file nor a directory.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the archive is damaged, unsafe or too large. What had
 *   been unpacked until then stays in `folder`.
 */
export async function unpack(
  archive: string,
  folder: string,
  options: UnpackOptions = {},
): Promise<number> {
  try {
    // Without strictFileNames yauzl turns backslashes into slashes instead of reporting them.
    const zip = await openPromise(archive, { autoClose: false, strictFileNames: true });
    try {
      return await unpackEntries(zip, folder, options);
    } finally {
      zip.close();
    }
  } catch (cause) {
    throw new TorchError('ERR_TORCH_FILE', `Cannot unpack ${archive}: ${messageOf(cause)}`, {
      path: archive,
      cause,
    });
  }
}

async function unpackEntries(zip: ZipFile, folder: string, options: UnpackOptions) {
  const { select = (name) => name, maxBytes = 4 * GIBIBYTE, maxEntries = 200_000 } = options;
  if (zip.entryCount > maxEntries) {
    throw new Error(`it has ${zip.entryCount} entries, more than the ${maxEntries} allowed`);
  }
  let files = 0;
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const isDirectory = checkEntry(entry);
    const target = isDirectory ? undefined : select(entry.fileName);
    if (target === undefined) continue;
    // yauzl fails an entry that inflates to another size than it declares.
    bytes += entry.uncompressedSize;
    if (bytes > maxBytes) throw new Error(`it unpacks to more than the ${maxBytes} bytes allowed`);
    await writeEntry(zip, entry, join(folder, target));
    files += 1;
  }
  return files;
}

async function writeEntry(zip: ZipFile, entry: Entry, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const mode = modeOf(entry) & 0o777 || DEFAULT_MODE;
  const content = await zip.openReadStreamPromise(entry);
  // Failing on a path that exists refuses two entries of one name.
  await pipeline(content, checksum(entry), createWriteStream(path, { flags: 'wx', mode }));
}

/** Passes the content on, and fails at its end if its CRC is wrong: yauzl checks only sizes. */
function checksum(entry: Entry) {
  return async function* (content: AsyncIterable<Buffer>) {
    let crc = 0;
    for await (const chunk of content) {
      crc = crc32(chunk, crc);
      yield chunk;
    }
    if (crc !== entry.crc32) throw new Error(`the entry ${describe(entry.fileName)} is damaged`);
  };
}

/** Refuses an unsafe entry, and returns whether it is a directory. */
function checkEntry(entry: Entry): boolean {
  const name = entry.fileName;
  const isDirectory = name.endsWith('/');
  const segments = (isDirectory ? name.slice(0, -1) : name).split('/');
  const escapes = segments.some((segment) => ['', '.', '..'].includes(segment));
  if (escapes || /[\\\0]|^[a-z]:/i.test(name)) {
    throw new Error(`the entry ${describe(name)} could land outside its folder`);
  }
  const type = modeOf(entry) & FILE_TYPE;
  if (!isDirectory && type !== 0 && type !== REGULAR_FILE) {
    throw new Error(`the entry ${describe(name)} is a link or a special file`);
  }
  return isDirectory;
}

/** The Unix mode, 0 where the archive was made on a system without them. */
function modeOf(entry: Entry): number {
  return entry.externalFileAttributes >>> 16;
}
