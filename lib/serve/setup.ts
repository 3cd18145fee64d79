import {
  abortSignal,
  isPlainObject,
  milliseconds,
  numberWhere,
  type OptionsOf,
  oneOf,
  optional,
  readOptions,
  readTexts,
  string,
  withDefault,
} from '../check';
import { invalidArgument, outOfRange } from '../errors';
import type { LabeledText, SentenceEncoder } from '../text';
import { labelNumbers, requireText } from '../text/datasets/labeled-text';
import { nameAsText } from '../text/name-as-text';
import { keyOf } from './calibration/sample';
import { requireTwo } from './edits';
import { EncoderPool } from './encoder-pool';
import type { NewRows } from './engine';
import { type LabelTexts, withLabelTexts } from './examples/label-texts';
import { type ExamplesInput, type LabeledExamples, readExamples } from './examples/read-examples';
import type { FitOptions } from './fitted';
import { givesSeveral, HEAD_NAMES, type HeadName } from './heads';
import { headMapFile } from './heads/head-map';
import { type ClassifierLimits, classifierLimits, requireWithin } from './limits';

const share = (value: unknown, name: string, operator: string): number =>
  numberWhere((x) => x > 0 && x < 0.5, 'a number above 0 and below 0.5', value, name, operator);

const autoOrFlag = (value: unknown, name: string, operator: string): 'auto' | boolean => {
  if (value === 'auto' || typeof value === 'boolean') return value;
  throw invalidArgument("'auto', true or false", `${name} of ${operator}`, value, operator);
};

const isRecord = (value: unknown, name: string, operator: string) => {
  const described = isPlainObject(value) ? Object.entries(value) : undefined;
  if (described === undefined)
    throw invalidArgument('texts by label', `${name} of ${operator}`, value, operator);
  return Object.fromEntries(
    described.map(([label, text]) => [label, requireText(text, `${name}.${label}`, operator)]),
  );
};

/** Returns `value` if it is a pool. */
export function encoderPool(value: unknown, name: string, operator: string): EncoderPool {
  if (value instanceof EncoderPool) return value;
  throw invalidArgument('an EncoderPool', `${name} of ${operator}`, value, operator);
}

const OPTIONS = {
  /**
   * How labels are told apart; `auto` takes logistic regression, and of fewer than two examples a label the
   * meta-trained head if the encoder has one, else the class mean, unless another is right on more held-out
   * examples beyond doubt. Of more than 2,048 examples so many are tried, evenly of all labels. By `multi-label` a
   * text may have any number of labels, and examples may stand under several. Default: `auto`.
   */
  head: withDefault<HeadName | 'auto'>(oneOf('auto', ...HEAD_NAMES), 'auto'),
  /** The share of texts which do belong to a label that may be taken as unknown. Default: 0.05. */
  falseAlarms: withDefault(share, 0.05),
  /**
   * Whether names of labels count as examples: `card_lost` as the text «card lost». By `true` they do, and a label
   * needs no other. By `auto` the heads `logistic` and `meta-trained` make use of them where the examples bear them
   * out, for encoders that a meta-trained head comes with the package for. Default: `auto`.
   */
  labelNames: withDefault<'auto' | boolean>(autoOrFlag, 'auto'),
  /** What labels are for, in a sentence each; they count as examples. Default: none. */
  descriptions: optional<Readonly<Record<string, string>>>(isRecord),
  /** The encoder of its own threads: a name or folder, see `loadEncoder`. Default: `use-lite`. */
  encoder: optional(string),
  /** Threads to share with other classifiers, instead of its own. */
  pool: optional(encoderPool),
  /** The most labels and examples that are accepted, as `{ labels: 100, examples: 5000 }`. Default: any. */
  limits: optional<ClassifierLimits>(classifierLimits),
  /** Gives the fit up, between two of its steps. */
  signal: optional<AbortSignal>(abortSignal),
};

export type FewShotOptions = OptionsOf<typeof OPTIONS>;

/** The options of edits. */
export const EDIT = {
  /** Gives the edit up, between two of its steps; nothing is changed then. */
  signal: OPTIONS.signal,
};

/** The options of edits that add something. */
export const ADDITION = {
  ...EDIT,
  /** As for `fit`, for all that the classifier then has. */
  limits: OPTIONS.limits,
};

export type EditOptions = OptionsOf<typeof EDIT>;

export type AdditionOptions = OptionsOf<typeof ADDITION>;

/** The options of a request. */
export const REQUEST = {
  signal: optional<AbortSignal>(abortSignal),
  timeout: optional(milliseconds),
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
  pool: optional(encoderPool),
};

export type LoadOptions = OptionsOf<typeof LOAD>;

/** What a classifier works with. */
export type Setup = { pool: EncoderPool; owned: boolean; options: FitOptions };

/** Refuses the meta-trained head for encoders that none comes with the package for. */
export function requireHead(
  head: HeadName | 'auto',
  encoder: SentenceEncoder,
  operator: string,
): void {
  if (head !== 'meta-trained' || headMapFile(encoder) !== undefined) return;
  const expected = `a head other than 'meta-trained' (there is none for the encoder ${encoder.name})`;
  throw outOfRange(expected, `head of ${operator}`, head, operator);
}

/** What `options` describe, with a pool that `open` makes if none is given. */
export function readSetup(given: FewShotOptions, operator: string) {
  const { pool, encoder, labelNames, descriptions, limits, signal, ...options } = readOptions(
    OPTIONS,
    given,
    operator,
  );
  if (pool !== undefined && encoder !== undefined) {
    throw outOfRange('encoder or pool, not both', `the options of ${operator}`, encoder, operator);
  }
  const poolOptions = encoder === undefined ? {} : { encoder };
  const texts = { labelNames: labelNames === true, descriptions };
  const fit = { ...options, labelNames: labelNames === 'auto' };
  return { pool, options: fit, poolOptions, texts, limits, signal };
}

/** How examples are read. */
type ReadingOptions = {
  texts: LabelTexts;
  limits: ClassifierLimits | undefined;
  head: HeadName | 'auto';
};

/** The examples with what labels say of themselves, checked. */
export function readAtLeastTwo(
  examples: ExamplesInput,
  { texts, limits, head }: ReadingOptions,
  operator: string,
): LabeledExamples {
  const several = givesSeveral(head);
  const all = withLabelTexts(examples, texts, operator);
  const read = readExamples(all, operator, undefined, several);
  requireTwo(read.labels, operator);
  requireWithin(limits, countsOf(read), operator);
  return read;
}

export function countsOf({ labels, rows }: LabeledExamples): { labels: number; examples: number } {
  return { labels: labels.length, examples: rows.length };
}

/** Examples as numbers for an engine. */
export function newRows(
  labels: readonly string[],
  rows: readonly LabeledText[],
  options: FitOptions,
): NewRows {
  return {
    texts: rows.map(({ text }) => text),
    y: labelNumbers(rows, labels),
    keys: rows.map(({ text }) => keyOf(text)),
    labels: labels.length,
    names: options.labelNames === true ? labels.map(nameAsText) : undefined,
    options,
  };
}

/** A text as a list of one, or the texts as they are now. */
export function textsOf(input: string | readonly string[], operator: string): readonly string[] {
  if (typeof input === 'string') return [input];
  return readTexts(input, 'texts', operator);
}
