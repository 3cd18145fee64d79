import {
  numberWhere,
  type OptionsOf,
  oneOf,
  optional,
  positiveNumber,
  readOptions,
  requireTexts,
  string,
  withDefault,
  withMethods,
} from '../check';
import { invalidArgument, outOfRange } from '../errors';
import type { LabeledText } from '../text';
import { keyOf } from './calibration/sample';
import { requireTwo } from './edits';
import { EncoderPool } from './encoder-pool';
import type { NewRows } from './engine';
import { type ExamplesInput, type LabeledExamples, readExamples } from './examples/read-examples';
import type { FitOptions } from './fitted';
import { HEAD_NAMES, type HeadName } from './heads';

const poolOf = (value: unknown, name: string, operator: string): EncoderPool => {
  if (value instanceof EncoderPool) return value;
  throw invalidArgument('an EncoderPool', `${name} of ${operator}`, value, operator);
};
const share = (value: unknown, name: string, operator: string): number =>
  numberWhere((x) => x > 0 && x < 0.5, 'a number above 0 and below 0.5', value, name, operator);

const OPTIONS = {
  /**
   * How labels are told apart; `auto` takes what is right on most held-out examples. Default: `auto`.
   */
  head: withDefault<HeadName | 'auto'>(oneOf('auto', ...HEAD_NAMES), 'auto'),
  /** The share of texts which do belong to a label that may be taken as unknown. Default: 0.05. */
  falseAlarms: withDefault(share, 0.05),
  /** The encoder of its own threads: a name or folder, see `loadEncoder`. Default: `use-lite`. */
  encoder: optional(string),
  /** Threads to share with other classifiers, instead of its own. */
  pool: optional<EncoderPool>(poolOf),
};

export type FewShotOptions = OptionsOf<typeof OPTIONS>;

/** The options of a request. */
export const REQUEST = {
  signal: optional<AbortSignal>(withMethods<AbortSignal>('an AbortSignal', 'throwIfAborted')),
  timeout: optional(positiveNumber),
};

/** The options of `refit`. */
export const REFIT = {
  /** As for `fit`. Default: `auto`. */
  head: OPTIONS.head,
};

export type RefitOptions = OptionsOf<typeof REFIT>;

/** The options of `load`. */
export const LOAD = {
  /** Threads to share with other classifiers. Default: threads of its own, with the encoder of the folder. */
  pool: optional<EncoderPool>(poolOf),
};

export type LoadOptions = OptionsOf<typeof LOAD>;

/** What a classifier works with. */
export type Setup = { pool: EncoderPool; owned: boolean; options: FitOptions };

/** What `options` describe, with a pool that `open` makes if none is given. */
export function readSetup(given: FewShotOptions, operator: string) {
  const { pool, encoder, ...options } = readOptions(OPTIONS, given, operator);
  if (pool !== undefined && encoder !== undefined) {
    throw outOfRange('encoder or pool, not both', `the options of ${operator}`, encoder, operator);
  }
  return { pool, options, poolOptions: encoder === undefined ? {} : { encoder } };
}

export function readAtLeastTwo(examples: ExamplesInput, operator: string): LabeledExamples {
  const read = readExamples(examples, operator);
  requireTwo(read.labels, operator);
  return read;
}

/** Examples as numbers for an engine. */
export function newRows(
  labels: readonly string[],
  rows: readonly LabeledText[],
  options: FitOptions,
): NewRows {
  const numbers = new Map(labels.map((label, i) => [label, i]));
  return {
    texts: rows.map(({ text }) => text),
    y: rows.map(({ label }) => numbers.get(label) ?? 0),
    keys: rows.map(({ text }) => keyOf(text)),
    labels: labels.length,
    options,
  };
}

export function textsOf(input: string | readonly string[], operator: string): readonly string[] {
  if (typeof input === 'string') return [input];
  requireTexts(input, 'texts', operator);
  return input;
}
