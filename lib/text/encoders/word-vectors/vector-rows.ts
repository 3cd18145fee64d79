import { isUtf8 } from 'node:buffer';
import { describe } from '../../../errors';

const HEADER = /^(\d+) +(\d+) *$/;

/** What the first line of a file says, or would have said. */
export type Shape = { readonly rows: number | undefined; readonly dimensions: number };

/** The count of rows and the size of their vectors, if a line is such a header. */
export function parseHeader(line: string): Shape | undefined {
  const [, rows, dimensions] = HEADER.exec(line) ?? [];
  if (rows === undefined || dimensions === undefined) return undefined;
  return { rows: Number(rows), dimensions: Number(dimensions) };
}

/** The text of a line. @throws Error unless it is UTF-8 */
export function decodeLine(line: Buffer): string {
  if (isUtf8(line)) return line.toString('utf8');
  throw new Error('expected UTF-8 but found other bytes');
}

/**
 * A row in two parts: the word, and the fields of its vector. A word may hold spaces, as some of GloVe's do;
 * the vector is what comes last.
 *
 * @param dimensions fields of the vector; undefined for the first row, which decides
 * @throws Error if the row has another number of fields
 */
export function splitRow(line: string, dimensions: number | undefined): [string, string[]] {
  const fields = line.replace(/[ \t]+$/, '').split(/[ \t]/);
  const size = dimensions ?? fields.length - 1;
  const words = fields.slice(0, -size || fields.length);
  const isWider = words.length > 1 && words.slice(1).every((field) => isNumber(field));
  if (size < 1 || words.length < 1 || words[0] === '' || isWider) {
    const found = Math.max(fields.length - 1, 0);
    throw new Error(
      `expected a word and ${dimensions ?? 'some'} numbers but found ${found} numbers`,
    );
  }
  return [words.join(' '), fields.slice(-size)];
}

/** Writes the numbers of a row. @throws Error that names the first field that is none */
export function parseVector(fields: readonly string[], into: Float32Array): void {
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] ?? '';
    into[i] = +field;
    // Too large for float32, it has become infinite, and the difference not 0.
    const stored = into[i] ?? 0;
    if (isNumber(field) && stored - stored === 0) continue;
    throw new Error(`expected a number for component ${i} but found ${describe(field)}`);
  }
}

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

function isNumber(field: string): boolean {
  return NUMBER.test(field);
}
