/** The least and greatest second byte after each first byte that narrows them. */
const SECOND: Readonly<Record<number, readonly [number, number]>> = {
  224: [0xa0, 0xbf],
  237: [0x80, 0x9f],
  240: [0x90, 0xbf],
  244: [0x80, 0x8f],
};

/** Bytes of the character that begins with `first`; 0 if none does. */
function lengthOf(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

function isContinuation(bytes: Uint8Array, start: number, offset: number): boolean {
  const byte = bytes[start + offset] ?? 0;
  const [least, most] = (offset === 1 && SECOND[bytes[start] ?? 0]) || [0x80, 0xbf];
  return byte >= least && byte <= most;
}

/**
 * Where the first byte stands that no character of UTF-8 begins with or goes on with (RFC 3629), −1 if
 * there is none; a character that the end cuts off counts.
 */
export function invalidUtf8(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const length = lengthOf(bytes[at] ?? 0);
    if (length === 0) return at;
    for (let offset = 1; offset < length; offset++) {
      if (!isContinuation(bytes, at, offset)) return at;
    }
    at += length;
  }
  return -1;
}

/** How many bytes at the end begin a character that goes on after it: 0 to 3. */
export function unfinishedUtf8(bytes: Uint8Array): number {
  const last = Math.min(3, bytes.length);
  for (let back = 1; back <= last; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return lengthOf(byte) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}
