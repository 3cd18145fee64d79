import { basename } from 'node:path';
import { readOptions, string } from '../../../check';
import { chooseFormat } from './choose-format';
import { refusalsOf } from './data-file-error';
import { type DataFormat, READ_OPTIONS, type ReadDataOptions } from './options';
import { rowsAs } from './read-rows';
import type { TextRow } from './row-fields';

/** The labelled texts of a file or folder. */
export type FileDataset = {
  /** The name of the file or folder. */
  readonly name: string;
  readonly format: DataFormat;
  /** Why it was read as that, for example `its name ends in .csv`. */
  readonly chosenBy: string;
  /** All rows in their order. */
  readonly rows: readonly TextRow[];
  /** The rows of each split; empty if the source knows none. */
  readonly splits: { readonly [split: string]: readonly TextRow[] };
};

/**
 * Reads the labelled texts of a file or folder, whole or not at all.
 *
 * | Format | What it is |
 * | --- | --- |
 * | `csv`, `tsv` | tables with named columns |
 * | `json` | a list of objects, columns as lists, or texts by label |
 * | `jsonl` | one JSON object a line |
 * | `clinc150`, `fewrel` | the JSON of these data sets; of CLINC150 also its folder |
 * | `conll` | a token and its tag a line; the labels are the intents, or else the types of entities |
 * | `parquet` | Apache Parquet, packed as usual |
 * | `pairs` | a folder with `seq.in` and `label` |
 * | `text-folders` | `<label>/<file>`, or `<split>/<label>/<file>` |
 * | `split-files` | a folder with files `train`, `dev`, `valid`, `validation`, `val` and `test` of one of these forms |
 * | `languages` | a folder with a folder of that form for each language, or with files `<language>.<split>.<ending>` |
 *
 * Rows of `languages` have the group `language`, those of CLINC150 the group `domain` if its `domains.json` lies
 * beside; columns become groups by the option `groups`.
 *
 * Files may be packed by gzip. Text is UTF-8, with or without a byte order mark, UTF-16 with one, or of the
 * `encoding` that the options name. One without a row is refused.
 *
 *     const { rows, splits, format } = await readDataset('banking77');
 *     const dataset = datasetFromRows(rows);
 *
 * @throws DataFileError (`ERR_TORCH_FILE`) that names file, line, column and record where the file is not what
 *   it should be; the signal's reason; ArgumentTypeError or ArgumentRangeError for a wrong argument
 */
export async function readDataset(
  path: string,
  options: ReadDataOptions = {},
): Promise<FileDataset> {
  const settings = readOptions(READ_OPTIONS, options, 'readDataset');
  const chosen = await chooseFormat(string(path, 'path', 'readDataset'), settings);
  const rows: TextRow[] = [];
  const splits = new Map<string, TextRow[]>();
  for await (const row of rowsAs(chosen, path, settings)) {
    rows.push(row);
    if (row.split === undefined) continue;
    const own = splits.get(row.split);
    if (own === undefined) splits.set(row.split, [row]);
    else own.push(row);
  }
  if (rows.length === 0) refusalsOf(path)({}, 'at least one row', 'none');
  const { format, chosenBy } = chosen;
  return { name: basename(path), format, chosenBy, rows, splits: Object.fromEntries(splits) };
}
