import {
  abortSignal,
  array,
  flag,
  type OptionsOf,
  oneOf,
  optional,
  positiveInteger,
  type ReadOptions,
  requireTexts,
  string,
  withDefault,
} from '../../../check';
import { invalidArgument, outOfRange } from '../../../errors';

/** The forms of files that can be read. */
export const FORMATS = [
  'csv',
  'tsv',
  'json',
  'jsonl',
  'clinc150',
  'fewrel',
  'conll',
  'parquet',
  'pairs',
  'text-folders',
  'split-files',
  'languages',
] as const;

/** What a file or folder of texts holds, and how. */
export type DataFormat = (typeof FORMATS)[number];

const MEBI = 2 ** 20;

/** What says how the texts of a file or folder are read. */
export const READ_OPTIONS = {
  /** What the file is. Default: by its name and content. */
  format: optional(oneOf(...FORMATS)),
  /**
   * The column or key of the text. Default: the first there is of `text`, `sentence`, `utterance`, `headline`
   * and `content`.
   */
  text: optional(string),
  /**
   * The column or key of the class. Default: the first there is of `label`, `category`, `intent`, `class` and
   * `topic`.
   */
  label: optional(string),
  /** The column or key that says which split a row belongs to. Default: none. */
  split: optional(string),
  /**
   * The columns or keys of what else is known of a row, for example `['language']`: they become its `groups`.
   * Default: none.
   */
  groups: optional<readonly string[]>(names),
  /** Names of the columns of a CSV or TSV file whose first line is a row already. */
  columns: optional<readonly string[]>(names),
  /** What stands for labels that are integers: label i is `labelNames[i]`. Default: its digits. */
  labelNames: optional<readonly string[]>(names),
  /** What stands between columns. Default: by the name and the first line of the file. */
  delimiter: optional<string>(oneCharacter),
  /** What encloses columns that hold delimiters or ends of lines; null for nothing. Default: `"`. */
  quote: withDefault<string | null>(quoteMark, '"'),
  /** As TextDecoder names it, for example `latin1`. Default: UTF-8, or UTF-16 with a byte order mark. */
  encoding: optional<string>(encodingName),
  /** Enclose the two entities of a FewRel sentence in `[E1] … [/E1]` and `[E2] … [/E2]`. */
  markEntities: withDefault(flag, false),
  /** The most characters of a row, or of a file in a folder of texts. Default: 1,048,576. */
  maxRecordLength: withDefault(positiveInteger, MEBI),
  /** The most characters of a file of JSON, which is read as a whole. Default: 268,435,456. */
  maxJsonLength: withDefault(positiveInteger, 256 * MEBI),
  /** Ends the reading. */
  signal: optional<AbortSignal>(abortSignal),
};

export type ReadDataOptions = OptionsOf<typeof READ_OPTIONS>;

/** The options with their defaults. */
export type ReadSettings = ReadOptions<typeof READ_OPTIONS>;

function names(value: unknown, name: string, operator: string): readonly string[] {
  const list = array(value as readonly string[], 'strings', name, operator);
  requireTexts(list, name, operator);
  if (list.length > 0) return list;
  throw outOfRange('at least one name', `${name} of ${operator}`, value, operator);
}

function oneCharacter(value: unknown, name: string, operator: string): string {
  const given = string(value, name, operator);
  if (given.length === 1 && given !== '\n' && given !== '\r') return given;
  throw outOfRange('one character', `${name} of ${operator}`, given, operator);
}

function quoteMark(value: unknown, name: string, operator: string): string | null {
  return value === null ? null : oneCharacter(value, name, operator);
}

function encodingName(value: unknown, name: string, operator: string): string {
  const given = string(value, name, operator);
  try {
    new TextDecoder(given);
    return given;
  } catch {
    const expected = 'an encoding that TextDecoder knows';
    throw invalidArgument(expected, `${name} of ${operator}`, given, operator);
  }
}
