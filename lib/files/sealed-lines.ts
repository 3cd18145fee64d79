import { createHash } from 'node:crypto';

/** `{"sum":"0123456789abcdef",` and then what the sum is of. */
const SUM = /^\{"sum":"([0-9a-f]{16})",/u;
const SUM_LENGTH = 26;
const NEWLINE = 0x0a;

/**
 * A line of a journal, with its end: JSON of an object that is not empty, and before it the beginning of the
 * sha256 of all that follows.
 *
 *     {"sum":"…","seq":1,"change":{"type":"removeLabel","label":"weather"}}
 */
export function sealedLine(content: object): string {
  const rest = JSON.stringify(content).slice(1);
  return `{"sum":"${sumOf(rest)}",${rest}\n`;
}

/** The lines of a journal up to the first that is damaged. */
export type SealedLines<T> = {
  readonly entries: readonly T[];
  /** The bytes of those. */
  readonly bytes: number;
  /** The line that is damaged; `torn` if its writing was cut short, and `last` if none follows. */
  readonly damaged?: { readonly line: number; readonly torn: boolean; readonly last: boolean };
};

/**
 * Reads a journal.
 *
 * @param read makes an entry of the content of a line, whose number counts from 1; what it throws means that
 *   the line is damaged
 */
export function readSealedLines<T>(
  content: Buffer,
  read: (content: unknown, line: number) => T,
): SealedLines<T> {
  const entries: T[] = [];
  let at = 0;
  while (at < content.length) {
    const end = content.indexOf(NEWLINE, at);
    const next = end < 0 ? content.length : end + 1;
    const line = entries.length + 1;
    const torn = isTorn(content.subarray(at, next));
    const entry = torn ? undefined : readLine(content.toString('utf8', at, end), line, read);
    if (entry === undefined) {
      return { entries, bytes: at, damaged: { line, torn, last: next === content.length } };
    }
    entries.push(entry.value);
    at = next;
  }
  return { entries, bytes: at };
}

/** True for a line whose writing was cut short: without its end, or with pages that were never written. */
function isTorn(line: Buffer): boolean {
  return line.at(-1) !== NEWLINE || line.includes(0);
}

function readLine<T>(
  text: string,
  line: number,
  read: (content: unknown, line: number) => T,
): { value: T } | undefined {
  const sum = SUM.exec(text)?.[1];
  if (sum === undefined || sum !== sumOf(text.slice(SUM_LENGTH))) return undefined;
  try {
    return { value: read(JSON.parse(`{${text.slice(SUM_LENGTH)}`), line) };
  } catch {
    return undefined;
  }
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
