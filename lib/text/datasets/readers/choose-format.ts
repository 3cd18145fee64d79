import { statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { messageOf } from '../../../libtorch/reasons';
import { fileBytes } from '../../file-bytes';
import { quoted, type Refuse, refusalsOf } from './data-file-error';
import { fileText } from './file-text';
import { CLINC_FILE } from './formats/clinc-file';
import { languageParts } from './formats/languages';
import { hasPairs } from './formats/pairs';
import { entriesOf } from './formats/text-folders';
import { type DataFormat, FORMATS, type ReadSettings } from './options';
import { isSplitName, splitOfFile } from './split-names';

/** A format, and what it was chosen by. */
export type ChosenFormat = { readonly format: DataFormat; readonly chosenBy: string };

const BY_EXTENSION: Readonly<Record<string, DataFormat>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.tab': 'tsv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.conll': 'conll',
  '.bio': 'conll',
  '.parquet': 'parquet',
};

const PARQUET = 'PAR1';
const TAGGED = /^(?:\S+[\t ]+)+(?:O|[BI]-\S+)$/;
const PAIRS_BY_NAME = /^\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\[\s*\[/;
const OBJECTS_BY_NAME = /^\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\[\s*\{/;
const LINES_LOOKED_AT = 30;

/**
 * What a file or folder is, by its name and, where that does not say, by its content.
 *
 * @throws DataFileError if nothing says it
 */
export async function chooseFormat(path: string, settings: ReadSettings): Promise<ChosenFormat> {
  if (settings.format !== undefined) return { format: settings.format, chosenBy: 'option format' };
  const refuse = refusalsOf(path);
  if (isFolder(path, refuse)) return ofFolder(path, refuse);
  const name = basename(path).toLowerCase().replace(/\.gz$/, '');
  const extension = extname(name);
  const byName = BY_EXTENSION[extension];
  if (byName !== undefined) return { format: byName, chosenBy: `its name ends in ${extension}` };
  return ofContent(await startOf(path, settings, refuse), extension, refuse);
}

function isFolder(path: string, refuse: Refuse): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    const found = messageOf(cause, path);
    return refuse({}, 'a file or folder of texts', found, cause);
  }
}

function ofFolder(path: string, refuse: Refuse): ChosenFormat {
  if (hasPairs(path)) return { format: 'pairs', chosenBy: 'it holds seq.in and label' };
  const entries = entriesOf(path, refuse);
  const folders = entries.filter(({ isFolder }) => isFolder);
  const splits = entries.filter((entry) =>
    entry.isFolder ? false : splitOfFile(entry.name) !== undefined,
  );
  const pairs = folders.filter(({ name }) => isSplitName(name) && hasPairs(`${path}/${name}`));
  const named = splits.length > 0 ? splits : pairs;
  if (named.length > 0) {
    const names = named.map(({ name }) => name).join(', ');
    return { format: 'split-files', chosenBy: `it holds ${names}` };
  }
  if (entries.some(({ name }) => name === CLINC_FILE)) {
    return { format: 'clinc150', chosenBy: `it holds ${CLINC_FILE}` };
  }
  const parts = languageParts(path, entries, refuse);
  if (parts.length > 0) {
    const languages = [...new Set(parts.map(({ language }) => language))].join(', ');
    return { format: 'languages', chosenBy: `it holds texts by language: ${languages}` };
  }
  if (folders.length > 0) {
    return { format: 'text-folders', chosenBy: 'it holds folders, whose names are the labels' };
  }
  const names = entries.map(({ name }) => name).slice(0, 10);
  const found = names.length === 0 ? 'nothing' : names.join(', ');
  return refuse({}, 'files named train, dev, valid or test, seq.in and label, or folders', found);
}

/** The first piece of a text file, or the mark of Parquet, which is not text. */
async function startOf(path: string, settings: ReadSettings, refuse: Refuse): Promise<string> {
  try {
    for await (const piece of fileBytes(path)) {
      if (piece.toString('latin1', 0, PARQUET.length) === PARQUET) return PARQUET;
      break;
    }
  } catch (cause) {
    refuse({}, 'a file', messageOf(cause, path), cause);
  }
  for await (const piece of fileText(path, settings)) return piece;
  return '';
}

function ofContent(start: string, extension: string, refuse: Refuse): ChosenFormat {
  const lines = start.split(/\r?\n/).slice(0, LINES_LOOKED_AT);
  const [first = '', second = ''] = lines.filter((line) => line.trim() !== '');
  const because = (format: DataFormat, reason: string) => ({ format, chosenBy: reason });
  if (start.startsWith(PARQUET)) return because('parquet', 'it begins with PAR1');
  if (/^\s*[[{]/.test(start)) {
    const isLines =
      first.startsWith('{') && isJson(first) && (second === '' || /^\s*\{/.test(second));
    const isOne = extension === '.json' && second === '';
    if (isLines && !isOne) return because('jsonl', 'its first line is a whole object');
    if (PAIRS_BY_NAME.test(start))
      return because('clinc150', 'it begins as lists of pairs by name');
    if (OBJECTS_BY_NAME.test(start)) return because('fewrel', 'it begins as objects by name');
    return because('json', 'it begins as JSON');
  }
  if (isTagged(lines)) return because('conll', 'its lines end in tags O, B-… and I-…');
  if (first.includes('\t')) return because('tsv', 'its first line has tabs');
  if (/[,;]/.test(first)) return because('csv', 'its first line has commas or semicolons');
  const known = `the content of ${FORMATS.slice(0, 8).join(', ')} (option format)`;
  return refuse({}, known, start === '' ? 'an empty file' : quoted(first));
}

function isTagged(lines: readonly string[]): boolean {
  // The last one may be cut.
  const whole = lines.slice(0, -1).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return whole.length > 0 && whole.every((line) => TAGGED.test(line));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
