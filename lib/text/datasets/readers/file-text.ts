import { isUtf8 } from 'node:buffer';
import { messageOf } from '../../../libtorch/reasons';
import { fileBytes, startsWith } from '../../file-bytes';
import { type Place, type Refuse, refusalsOf } from './data-file-error';
import { invalidUtf8, unfinishedUtf8 } from './invalid-utf8';
import { peek } from './peek';

const UTF8_MARK = [0xef, 0xbb, 0xbf];
const UTF32_MARKS = [
  [0xff, 0xfe, 0, 0],
  [0, 0, 0xfe, 0xff],
];
const UTF16_MARKS = { 'utf-16le': [0xff, 0xfe], 'utf-16be': [0xfe, 0xff] };
const LONGEST_MARK = 4;

/** What may be asked of the reading of a text. */
export type FileTextOptions = {
  /** As `TextDecoder` names it. Default: UTF-8, or UTF-16 if a byte order mark says so. */
  readonly encoding?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Read instead of a file, for which the path is a name then, for example those of standard input. */
  readonly bytes?: AsyncIterable<Buffer> | undefined;
};

/**
 * The text of a file piece by piece, unpacked if it is gzip, without its byte order mark. A byte that is not of
 * its encoding is refused, never replaced; so are NUL characters, which no text holds.
 *
 * @throws DataFileError that says where; the signal's reason
 */
export async function* fileText(
  path: string,
  { encoding, signal, bytes = fileBytes(path, { signal }) }: FileTextOptions = {},
): AsyncGenerator<string> {
  const refuse = refusalsOf(path);
  yield* decodedText(readable(bytes, path, refuse, signal), refuse, encoding);
}

/** The same of bytes that come from elsewhere, and are not packed. */
export async function* decodedText(
  bytes: AsyncIterable<Buffer>,
  refuse: Refuse,
  encoding?: string,
): AsyncGenerator<string> {
  const { first: start = Buffer.alloc(0), all } = await peek(withFirst(bytes, LONGEST_MARK));
  if (UTF32_MARKS.some((mark) => start.length >= mark.length && startsWith(start, mark))) {
    refuse({}, 'UTF-8 or UTF-16', 'the byte order mark of UTF-32');
  }
  const marked = Object.entries(UTF16_MARKS).find(([, mark]) => startsWith(start, mark))?.[0];
  const named = encoding ?? marked ?? 'utf-8';
  const decode = /^utf-?8$/i.test(named) ? decodeUtf8 : decodeOther(named);
  const place = new LineCount();
  let isStart = true;
  const mark = startsWith(start, UTF8_MARK) ? UTF8_MARK.length : 0;
  for await (const text of decode(without(mark, all), place, refuse)) {
    const nul = text.indexOf('\0');
    if (nul >= 0) refuse(place.at(text, nul), 'text', nulFound(text));
    place.add(text);
    // A mark in UTF-16, which its decoder keeps.
    yield isStart && marked !== undefined && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    isStart &&= text === '';
  }
}

function nulFound(text: string): string {
  const nuls = text.slice(0, 1000).split('\0').length - 1;
  return nuls > Math.min(text.length, 1000) / 4
    ? 'NUL characters as of UTF-16 without a byte order mark; say encoding: utf-16le or utf-16be'
    : 'a NUL character';
}

/** Errors of the operating system and of zlib as errors about the file. */
async function* readable(
  bytes: AsyncIterable<Buffer>,
  path: string,
  refuse: Refuse,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  try {
    yield* bytes;
  } catch (cause) {
    signal?.throwIfAborted();
    refuse({}, 'a file', messageOf(cause, path), cause);
  }
}

/** The same bytes, the first piece being at least so long if there are as many. */
async function* withFirst(pieces: AsyncIterable<Buffer>, least: number): AsyncGenerator<Buffer> {
  let first: Buffer | undefined = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (first === undefined) yield piece;
    else {
      first = Buffer.concat([first, piece]);
      if (first.length < least) continue;
      yield first;
      first = undefined;
    }
  }
  if (first !== undefined) yield first;
}

async function* without(count: number, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let left = count;
  for await (const piece of pieces) {
    yield piece.subarray(left);
    left = 0;
  }
}

type Decode = (
  pieces: AsyncIterable<Buffer>,
  place: LineCount,
  refuse: Refuse,
) => AsyncGenerator<string>;

// Several times as fast as TextDecoder, and able to say where.
const decodeUtf8: Decode = async function* (pieces, place, refuse) {
  let rest: Buffer = Buffer.alloc(0);
  const decoded = (bytes: Buffer): string => {
    if (isUtf8(bytes)) return bytes.toString('utf8');
    const at = invalidUtf8(bytes);
    const hex = (bytes[at] ?? 0).toString(16).padStart(2, '0');
    const before = bytes.toString('utf8', 0, at);
    return refuse(place.at(before, before.length), 'UTF-8', `the byte 0x${hex}`);
  };
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const end = bytes.length - unfinishedUtf8(bytes);
    rest = bytes.subarray(end);
    yield decoded(bytes.subarray(0, end));
  }
  if (rest.length > 0) yield decoded(rest);
};

function decodeOther(encoding: string): Decode {
  return async function* (pieces, place, refuse) {
    const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    const decoded = (bytes: Buffer | undefined): string => {
      try {
        return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
      } catch (cause) {
        return refuse(
          { line: place.line },
          encoding,
          'bytes in or after this line that are not',
          cause,
        );
      }
    };
    for await (const piece of pieces) yield decoded(piece);
    yield decoded(undefined);
  };
}

/** Which line and column the text that went before ends in. */
class LineCount {
  /** The line that comes next, from 1. */
  line = 1;
  #column = 0;

  add(text: string): void {
    let last = -1;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      this.line++;
      last = at;
    }
    this.#column = last < 0 ? this.#column + text.length : text.length - last - 1;
  }

  /** The place of the character `offset` of a text that comes next. */
  at(text: string, offset: number): Place {
    const before = text.slice(0, offset).split('\n');
    const own = before.at(-1)?.length ?? 0;
    return {
      line: this.line + before.length - 1,
      column: (before.length === 1 ? this.#column : 0) + own + 1,
    };
  }
}
