import { basename, join } from 'node:path';
import { readOptions, string } from '../../../check';
import { type ChosenFormat, chooseFormat } from './choose-format';
import { refusalsOf } from './data-file-error';
import { clincFileRows } from './formats/clinc-file';
import { conllRows } from './formats/conll';
import { delimitedRows } from './formats/delimited';
import { jsonLineRows, jsonRows } from './formats/json';
import { languageParts } from './formats/languages';
import { hasPairs, pairRows } from './formats/pairs';
import { parquetRows } from './formats/parquet';
import { entriesOf, folderRows } from './formats/text-folders';
import { type DataFormat, READ_OPTIONS, type ReadDataOptions, type ReadSettings } from './options';
import type { TextRow } from './row-fields';
import { isSplitName, splitOfFile } from './split-names';
import { requireUse } from './used-options';

type Reader = (path: string, settings: ReadSettings) => AsyncIterable<TextRow>;

const READERS: Readonly<Record<DataFormat, Reader>> = {
  csv: (path, settings) => delimitedRows(path, settings, ','),
  tsv: (path, settings) => delimitedRows(path, settings, '\t'),
  json: (path, settings) => jsonRows(path, settings),
  jsonl: jsonLineRows,
  clinc150: clincFileRows,
  fewrel: (path, settings) => jsonRows(path, settings, 'fewrel'),
  conll: conllRows,
  parquet: parquetRows,
  pairs: pairRows,
  'text-folders': folderRows,
  'split-files': splitRows,
  languages: languageRows,
};

/**
 * The labelled texts of a file or folder, one after the other, so that a file may be larger than memory.
 * Formats and options are those of `readDataset`.
 *
 *     for await (const { text, label } of readRows('train.csv', { label: 'category' })) …
 *
 * @throws DataFileError (`ERR_TORCH_FILE`) that says where the file is not what it should be: some of the rows
 *   before have been given by then; the signal's reason; ArgumentTypeError or ArgumentRangeError for a wrong argument
 */
export function readRows(path: string, options: ReadDataOptions = {}): AsyncGenerator<TextRow> {
  const settings = readOptions(READ_OPTIONS, options, 'readRows');
  return rows(string(path, 'path', 'readRows'), settings);
}

async function* rows(path: string, settings: ReadSettings): AsyncGenerator<TextRow> {
  yield* rowsAs(await chooseFormat(path, settings), path, settings);
}

/** The rows of a file or folder whose format is known. */
export async function* rowsAs(
  { format }: ChosenFormat,
  path: string,
  settings: ReadSettings,
): AsyncGenerator<TextRow> {
  requireUse(settings, format, refusalsOf(path));
  for await (const row of READERS[format](path, settings)) {
    settings.signal?.throwIfAborted();
    yield row;
  }
}

/** The rows of the files in a folder that are named as splits, and of folders with `seq.in` and `label`. */
async function* splitRows(folder: string, settings: ReadSettings): AsyncGenerator<TextRow> {
  const parts = entriesOf(folder, refusalsOf(folder)).flatMap((entry) => {
    const path = join(folder, entry.name);
    const isPart = entry.isFolder && isSplitName(entry.name) && hasPairs(path);
    const split = isPart ? entry.name : splitOfFile(entry.name);
    return split === undefined ? [] : [{ path, split }];
  });
  const twice = parts.find(({ split }, i) => parts.findIndex((one) => one.split === split) !== i);
  if (twice !== undefined) {
    const names = parts
      .filter(({ split }) => split === twice.split)
      .map(({ path }) => basename(path));
    refusalsOf(folder)({}, `one file for the split ${twice.split}`, names.join(' and '));
  }
  for (const { path, split } of parts) {
    const part = { ...settings, format: undefined };
    const chosen = await chooseFormat(path, part);
    for await (const row of rowsAs(chosen, path, part)) yield { ...row, split };
  }
}

/** The rows of all languages of a folder, each with its own as a group. */
async function* languageRows(folder: string, settings: ReadSettings): AsyncGenerator<TextRow> {
  const refuse = refusalsOf(folder);
  for (const { path, language, split } of languageParts(
    folder,
    entriesOf(folder, refuse),
    refuse,
  )) {
    const part = { ...settings, format: undefined };
    for await (const row of rowsAs(await chooseFormat(path, part), path, part)) {
      yield { ...row, ...(split !== undefined && { split }), groups: { ...row.groups, language } };
    }
  }
}
