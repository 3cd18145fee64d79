import { fileBytes, startsWith } from '../../file-bytes';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** No row of vectors is as long. */
const MOST_LINE_BYTES = 2 ** 20;

/**
 * The lines of a text file, compressed by gzip or not, as bytes without their ends. Windows line ends and a
 * byte order mark are left out. The file is read piece by piece.
 *
 * @param onBytes hears how many bytes of the file have been read
 * @throws Error if a line is longer than 1 MiB, or what the file or zlib throws
 */
export async function* textLines(
  path: string,
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const chunk of fileBytes(path, { signal, onBytes })) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (isFirst && bytes.length < BYTE_ORDER_MARK.length) {
      rest = bytes;
      continue;
    }
    if (isFirst && startsWith(bytes, BYTE_ORDER_MARK)) bytes = bytes.subarray(3);
    isFirst = false;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield withoutReturn(bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > MOST_LINE_BYTES) throw new Error('it has a line longer than 1 MiB');
  }
  if (rest.length > 0) yield withoutReturn(rest);
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === RETURN ? line.subarray(0, -1) : line;
}
