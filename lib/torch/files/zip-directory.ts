import type { ZipFile } from 'yauzl';
import { type Entry, fromRandomAccessReader, getFileNameLowLevel, RandomAccessReader } from 'yauzl';
import { TorchError } from '../../errors';
import type { FileErrors } from './file-errors';
import type { InputFile } from './input-file';

/** One file in a zip archive, and where its bytes are. */
export type ZipEntry = {
  readonly name: string;
  /** Whether the bytes are deflated; otherwise they are stored as they are. */
  readonly deflated: boolean;
  /** Bytes in the archive, from `start` on. */
  readonly packedSize: number;
  /** Bytes of the file itself. */
  readonly size: number;
  readonly crc: number;
  readonly start: number;
};

const STORED = 0;
const DEFLATED = 8;
/** The most bytes that deflate can make of one. */
const MAX_RATIO = 1032;

/**
 * The files in a zip archive, in its order; folders are left out.
 *
 * @throws TorchError `ERR_TORCH_FILE` if the archive is damaged, or has encrypted files, several of
 *   one name, files that share bytes, or impossible sizes
 */
export function readZipDirectory(file: InputFile, errors: FileErrors): ZipEntry[] {
  const [zip, found] = readEntries(file, errors);
  const names = new Set<string>();
  const entries: ZipEntry[] = [];
  for (const entry of found) {
    const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
    const name = getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
    if (names.has(name)) throw errors.invalid('each entry once', `${JSON.stringify(name)} twice`);
    names.add(name);
    checkEntry(entry, name, errors);
    const start = dataStart(zip, entry, name, errors);
    if (name.endsWith('/') && entry.uncompressedSize === 0) continue;
    entries.push({
      name,
      start,
      deflated: entry.compressionMethod === DEFLATED,
      packedSize: entry.compressedSize,
      size: entry.uncompressedSize,
      crc: entry.crc32,
    });
  }
  checkOverlap(entries, errors);
  return entries;
}

function readEntries(file: InputFile, errors: FileErrors): [ZipFile, Entry[]] {
  const options = { autoClose: false, lazyEntries: true, decodeStrings: false };
  const zip = atOnce<ZipFile>(errors, (done) =>
    fromRandomAccessReader(new SynchronousReader(file), file.size, options, done),
  );
  const entries: Entry[] = [];
  let failure: unknown;
  zip.on('entry', (entry: Entry) => entries.push(entry));
  zip.on('error', (error: unknown) => {
    failure = error;
  });
  for (let count = 1; count <= zip.entryCount; count++) {
    zip.readEntry();
    if (failure !== undefined) throw damaged(failure, errors);
    if (entries.length < count) throw errors.invalid('a name for each entry', 'none');
  }
  return [zip, entries];
}

/** yauzl calls back as soon as its reader does, and this one does so before it returns. */
class SynchronousReader extends RandomAccessReader {
  readonly #file: InputFile;

  constructor(file: InputFile) {
    super();
    this.#file = file;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    let bytes: Buffer;
    try {
      bytes = this.#file.read(position, length);
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    bytes.copy(buffer, offset);
    callback(null, length);
  }

  // The opener closes the file.
  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }
}

/** The value that `start` calls back with before it returns. */
function atOnce<T>(
  errors: FileErrors,
  start: (done: (error: Error | null, value: T) => void) => void,
): T {
  let answer: { error: Error | null; value: T } | undefined;
  start((error, value) => {
    answer = { error, value };
  });
  // yauzl waits only where there is nothing to read: an empty file, or a header without a name.
  if (answer === undefined)
    throw errors.invalid('a zip archive', 'nothing where a header should be');
  if (answer.error !== null) throw damaged(answer.error, errors);
  return answer.value;
}

function damaged(cause: unknown, errors: FileErrors): TorchError {
  return cause instanceof TorchError ? cause : errors.unreadable(cause);
}

function checkEntry(entry: Entry, name: string, errors: FileErrors): void {
  const { compressionMethod, compressedSize, uncompressedSize } = entry;
  const of = `for entry ${JSON.stringify(name)}`;
  if (entry.isEncrypted()) throw errors.invalid(`plain bytes ${of}`, 'encrypted ones');
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
    throw errors.invalid(`stored or deflated bytes ${of}`, `method ${compressionMethod}`);
  }
  if (compressionMethod === DEFLATED && uncompressedSize > compressedSize * MAX_RATIO) {
    const most = `at most ${MAX_RATIO} times its ${compressedSize} deflated bytes`;
    throw errors.invalid(`${most} ${of}`, `${uncompressedSize}`);
  }
}

function dataStart(zip: ZipFile, entry: Entry, name: string, errors: FileErrors): number {
  const local = atOnce<{ fileDataStart: number; fileName: Buffer }>(errors, (done) =>
    zip.readLocalFileHeader(entry, done),
  );
  // Else a reader that goes by the headers in between would read other tensors.
  if (!local.fileName.equals(entry.fileNameRaw)) {
    throw errors.invalid(
      `the name ${JSON.stringify(name)} before the entry's data`,
      JSON.stringify(local.fileName.toString()),
    );
  }
  return local.fileDataStart;
}

function checkOverlap(entries: readonly ZipEntry[], errors: FileErrors): void {
  let end = 0;
  for (const { name, start, packedSize } of [...entries].sort((a, b) => a.start - b.start)) {
    if (start < end) {
      throw errors.invalid(
        'bytes of its own for each entry',
        `an overlap: ${JSON.stringify(name)}`,
      );
    }
    end = start + packedSize;
  }
}
