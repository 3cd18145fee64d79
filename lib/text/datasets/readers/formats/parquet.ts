import { closeSync, readSync } from 'node:fs';
import { openRegular } from '../../../../files/regular-file';
import { messageOf } from '../../../../libtorch/reasons';
import { DataFileError, type Refuse, refusalsOf } from '../data-file-error';
import type { ReadSettings } from '../options';
import { chooseFields, type RowFields, RowMaker, type TextRow } from '../row-fields';

/** A read of more bytes at once is a file that was damaged or made to take the memory. */
const MOST_BYTES = 2 ** 30;

type Source = { byteLength: number; slice(start: number, end?: number): ArrayBuffer };

/**
 * The rows of an Apache Parquet file, one row group after the other; of the columns only those are read that
 * are asked for.
 */
export async function* parquetRows(path: string, settings: ReadSettings): AsyncGenerator<TextRow> {
  const refuse = refusalsOf(path);
  const { file, size } = opened(path, refuse);
  try {
    // Loaded when they are needed: few programs read Parquet.
    const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet');
    const { compressors } = await import('hyparquet-compressors');
    const source = sourceOf(file, size);
    const damaged = (cause: unknown): never => refuseDamaged(cause, refuse);
    const metadata = await parquetMetadataAsync(source).catch(damaged);
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    const fields = chooseFields(names, settings, {}, refuse);
    const maker = new RowMaker(settings, refuse);
    let rowStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      settings.signal?.throwIfAborted();
      const rowEnd = rowStart + Number(num_rows);
      const columns = columnsOf(fields);
      const wanted = { file: source, metadata, compressors, columns, rowStart, rowEnd };
      const rows = await parquetReadObjects(wanted).catch(damaged);
      for (const [i, row] of rows.entries()) {
        yield rowOf(row, fields, maker, rowStart + i + 1, settings, refuse);
      }
      rowStart = rowEnd;
    }
  } finally {
    closeSync(file);
  }
}

function columnsOf({ text, label, split, groups }: RowFields): string[] {
  return [...new Set([text, label, ...(split === undefined ? [] : [split]), ...groups])];
}

function rowOf(
  row: Readonly<Record<string, unknown>>,
  fields: RowFields,
  maker: RowMaker,
  record: number,
  { maxRecordLength }: ReadSettings,
  refuse: Refuse,
): TextRow {
  const value = row[fields.text];
  if (typeof value === 'string' && value.length > maxRecordLength) {
    refuse(
      { record },
      `at most ${maxRecordLength} characters (maxRecordLength)`,
      `${value.length}`,
    );
  }
  return maker.rowOf(fields, (name) => row[name], { record });
}

function opened(path: string, refuse: Refuse): { file: number; size: number } {
  try {
    return openRegular(path);
  } catch (cause) {
    return refuse({}, 'a file', messageOf(cause, path), cause);
  }
}

function sourceOf(file: number, size: number): Source {
  return {
    byteLength: size,
    slice(start, end = size) {
      const length = end - start;
      if (!(length >= 0 && length <= MOST_BYTES)) {
        throw new Error(`a part of ${length} bytes at ${start}`);
      }
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; ) {
        const count = readSync(file, bytes, at, length - at, start + at);
        if (count === 0) throw new Error(`the end of the file at ${start + at}`);
        at += count;
      }
      return bytes.buffer;
    },
  };
}

function refuseDamaged(cause: unknown, refuse: Refuse): never {
  if (cause instanceof DataFileError) throw cause;
  const found = messageOf(cause);
  return refuse({}, 'Apache Parquet', found, cause);
}
