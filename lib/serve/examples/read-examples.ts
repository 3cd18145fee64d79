import { isPlainObject, optional, required, strictObject, string } from '../../check';
import {
  ArgumentRangeError,
  ArgumentTypeError,
  describe,
  invalidArgument,
  outOfRange,
} from '../../errors';
import type { LabeledText, TextDataset } from '../../text';
import { namesOf, requireName, requireText, textKey } from '../../text/datasets/labeled-text';
import { knownTexts } from './known-texts';

/** Examples as people have them: texts by label, rows, or a data set. */
export type ExamplesInput =
  | { readonly [label: string]: readonly string[] }
  | readonly Example[]
  | TextDataset;

/** A text with its label, and whose it is: `removeOwner` forgets all examples of a person. */
export type Example = LabeledText & { readonly owner?: string | undefined };

/** An example as files have it. */
export const exampleCheck = strictObject({
  text: required(string),
  label: required(string),
  owner: optional(string),
});

/** Checked examples: each text of a label once for each owner, and no text under two labels. */
export type LabeledExamples = { labels: readonly string[]; rows: readonly Example[] };

/**
 * The rows of any form of examples. A text that stands twice under its label counts once; of two owners it
 * counts twice, so that either can be forgotten as if it had never been there.
 *
 * @param before examples that are there already: the labels go on after theirs, and rows that are among
 *   them are left out
 * @param several whether a text may stand under several labels
 * @throws ArgumentTypeError for another form, and for what is not a text or label; ArgumentRangeError
 *   for an empty text or label, labels that are one up to case and white space, and a text under two
 *   labels: which one is right only its author knows
 */
export function readExamples(
  input: ExamplesInput,
  operator: string,
  before: LabeledExamples = { labels: [], rows: [] },
  several = false,
): LabeledExamples {
  const names = namesOf(before.labels);
  const known = knownTexts(before.rows);
  const first = new Map<string, PlacedRow[]>();
  const kept: Example[] = [];
  for (const { text, label, owner, where } of rowsOf(input, operator)) {
    requireName(label, names, where, operator);
    const key = textKey(requireText(text, where, operator));
    const same = first.get(key) ?? placed(before.rows, known.get(key));
    const other = same.find((row) => row.label !== label);
    if (other !== undefined && !several) throw contradiction(other, { label, where }, operator);
    const named = owner === undefined ? undefined : requireOwner(owner, where, operator);
    if (same.some((row) => row.label === label && row.owner === named)) continue;
    const row = exampleOf({ text, label, owner: named });
    kept.push(row);
    first.set(key, [...same, { ...row, where }]);
  }
  return { labels: [...names.values()], rows: kept };
}

/**
 * Examples in the form that they have, as they are now: whatever is done to them before their turn comes counts for
 * nothing. They are not checked.
 */
export function examplesNow(input: ExamplesInput): ExamplesInput {
  if (Array.isArray(input)) return listNow(input, (row) => (isPlainObject(row) ? { ...row } : row));
  if (isDataset(input) || !isPlainObject(input)) return input;
  return Object.fromEntries(
    Object.entries(input).map(([label, texts]) => [
      label,
      Array.isArray(texts) ? listNow(texts, (text) => text) : texts,
    ]),
  );
}

/** A copy with the same holes, of which there may be 2³². */
function listNow<T>(list: readonly T[], copyOf: (one: T) => T): T[] {
  const copy: T[] = [];
  copy.length = list.length;
  for (const key of Object.keys(list)) {
    const one = list[Number(key)];
    if (one !== undefined) copy[Number(key)] = copyOf(one);
  }
  return copy;
}

function placed(rows: readonly Example[], places: readonly number[] = []): PlacedRow[] {
  return places.flatMap((at) => {
    const row = rows[at];
    return row === undefined ? [] : [{ ...row, where: `example ${at}` }];
  });
}

/** The example without a key for an owner that it does not have. */
export function exampleOf({ text, label, owner }: Example): Example {
  return owner === undefined ? { text, label } : { text, label, owner };
}

/** Returns `value` if it can name an owner. */
export function requireOwner(value: unknown, where: string, operator: string): string {
  const owner = string(value, `the owner of ${where}`, operator);
  if (owner.trim() !== '') return owner;
  throw outOfRange('a name', `the owner of ${where}`, owner, operator);
}

function contradiction(
  before: { text: string; label: string; where: string },
  { label, where }: { label: string; where: string },
  operator: string,
): ArgumentRangeError {
  return new ArgumentRangeError(
    `${operator}: Expected each text under one label but received ${describe(before.text)} as ${describe(before.label)} (${before.where}) and as ${describe(label)} (${where})`,
    operator,
  );
}

/** A row, and where its author wrote it. */
export type PlacedRow = { text: string; label: string; owner?: string | undefined; where: string };

/**
 * The rows of any form of examples, unchecked, one after the other.
 *
 * @param several whether a text may stand under several labels
 * @throws ArgumentTypeError for another form, and at the first hole of a list, which may have 2³²
 */
export function* rowsOf(input: ExamplesInput, operator: string): Generator<PlacedRow> {
  if (Array.isArray(input)) {
    for (const [i, row] of input.entries()) {
      requirePlace(input, i, 'examples', operator);
      const { text, label, owner } = Object(row);
      yield { text, label, owner, where: `examples[${i}]` };
    }
  } else if (isDataset(input)) {
    for (const label of input.classes) {
      yield* labeled(label, input.examples(label), operator);
    }
  } else if (isPlainObject(input)) {
    for (const [label, texts] of Object.entries(input)) {
      yield* labeled(label, texts, operator);
      if (texts.length > 0) continue;
      throw outOfRange('at least one text', `the label '${label}'`, texts, operator);
    }
  } else {
    throw new ArgumentTypeError(
      `${operator}: Expected texts by label, rows { text, label } or a data set for examples but received ${describe(input)}`,
      operator,
    );
  }
}

function* labeled(label: string, texts: readonly string[], operator: string): Generator<PlacedRow> {
  if (!Array.isArray(texts)) throw invalidArgument('an array of strings', label, texts, operator);
  for (const [i, text] of texts.entries()) {
    requirePlace(texts, i, label, operator);
    yield { text, label, where: `${label}[${i}]` };
  }
}

function requirePlace(list: readonly unknown[], i: number, name: string, operator: string): void {
  if (!(i in list)) throw invalidArgument('a string', `${name}[${i}]`, undefined, operator);
}

function isDataset(input: unknown): input is TextDataset {
  return typeof Object(input).examples === 'function' && Array.isArray(Object(input).classes);
}
