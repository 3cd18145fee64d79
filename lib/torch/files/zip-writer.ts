import type * as Fflate from 'fflate';
import { ArgumentRangeError } from '../../errors';

/** A file of an archive; its chunks are taken only when its turn comes. */
export type ZipInput = {
  readonly name: string;
  readonly size: number;
  readonly chunks: Iterable<Uint8Array>;
};

const MAX_ENTRIES = 0xffff;
const MAX_NAME_BYTES = 0xffff;
const MAX_BYTES = 0xffffffff;
/** The default level of numpy and zlib. */
const LEVEL = 6;
/** The earliest date that zip has: the same tensors give the same bytes. */
const EPOCH = new Date(1980, 0, 1);

/**
 * The bytes of a zip archive, in pieces that are made one at a time.
 *
 * @throws ArgumentRangeError if there are 65,536 files or more, or 4 GiB or more
 */
export function* zipChunks(inputs: readonly ZipInput[], compress: boolean): Generator<Uint8Array> {
  checkLimits(inputs, compress);
  const { Zip, ZipDeflate, ZipPassThrough } = loadFflate();
  let made: Uint8Array[] = [];
  let failure: Error | undefined;
  const zip = new Zip((error, bytes) => {
    // fflate passes null where there is no error.
    if (error) failure ??= error;
    else made.push(bytes);
  });
  let written = 0;
  const flush = (): Uint8Array[] => {
    if (failure !== undefined) throw failure;
    const ready = made;
    made = [];
    written += ready.reduce((sum, { length }) => sum + length, 0);
    if (written > MAX_BYTES) throw tooLarge(written);
    return ready;
  };
  for (const { name, chunks } of inputs) {
    const file = compress ? new ZipDeflate(name, { level: LEVEL }) : new ZipPassThrough(name);
    file.mtime = EPOCH;
    zip.add(file);
    for (const chunk of chunks) {
      file.push(chunk, false);
      yield* flush();
    }
    file.push(new Uint8Array(), true);
    yield* flush();
  }
  zip.end();
  yield* flush();
}

/** It fills tables when it is loaded, for which only those should pay who write archives. */
function loadFflate(): typeof Fflate {
  return require('fflate');
}

function checkLimits(inputs: readonly ZipInput[], compress: boolean): void {
  if (inputs.length > MAX_ENTRIES) {
    throw new ArgumentRangeError(
      `Expected at most ${MAX_ENTRIES} tensors but received ${inputs.length}`,
    );
  }
  for (const { name } of inputs) {
    const length = Buffer.byteLength(name);
    if (length <= MAX_NAME_BYTES) continue;
    throw new ArgumentRangeError(
      `Expected names of at most ${MAX_NAME_BYTES} bytes but received one of ${length}`,
    );
  }
  const sizes = inputs.map(({ size }) => size);
  const bytes = compress
    ? sizes.reduce((most, size) => Math.max(most, size), 0)
    : sizes.reduce((sum, size) => sum + size, 0);
  if (bytes > MAX_BYTES) throw tooLarge(bytes);
}

function tooLarge(bytes: number): ArgumentRangeError {
  return new ArgumentRangeError(
    `Expected tensors for an archive of less than 4 GiB but received ${bytes} bytes: write a safetensors file, or one npy file for each tensor`,
  );
}
