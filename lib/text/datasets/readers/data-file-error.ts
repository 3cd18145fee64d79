import { TorchError } from '../../../errors';

/** Where in a file something is, as far as it is known; lines, columns and records count from 1. */
export type Place = {
  readonly line?: number | undefined;
  /** In characters. */
  readonly column?: number | undefined;
  /** The number of a row, or a path such as `train[3][0]`. */
  readonly record?: number | string | undefined;
};

/**
 * A file of texts is not what it should be. The code is `ERR_TORCH_FILE`; `line`, `column` and `record` say
 * where, as far as that is known.
 */
export class DataFileError extends TorchError {
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly record: number | string | undefined;

  constructor(
    path: string,
    { line, column, record }: Place,
    expected: string,
    found: string,
    cause?: unknown,
  ) {
    const where = [
      path,
      ...(line === undefined ? [] : [`line ${line}`]),
      ...(column === undefined ? [] : [`column ${column}`]),
      ...(record === undefined ? [] : [`record ${record}`]),
    ].join(', ');
    super('ERR_TORCH_FILE', `Cannot read ${where}: expected ${expected} but found ${found}`, {
      path,
      ...(cause !== undefined && { cause }),
    });
    this.name = 'DataFileError';
    this.line = line;
    this.column = column;
    this.record = record;
  }
}

/** Reports what is wrong at a place of the file that is being read. */
export type Refuse = (place: Place, expected: string, found: string, cause?: unknown) => never;

/** How the readers of one file report what is wrong with it. */
export function refusalsOf(path: string): Refuse {
  return (place, expected, found, cause) => {
    throw new DataFileError(path, place, expected, found, cause);
  };
}

const PREVIEW = 40;

/** A short form of a text for a message, in quotation marks. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text);
}

/** What a value read from a file is, in words of JSON. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return `the string ${quoted(value)}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${String(value)}`;
}
