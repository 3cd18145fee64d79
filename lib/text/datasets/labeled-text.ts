import { array, type Check, readTexts, string } from '../../check';
import { ArgumentRangeError, describe, invalidArgument, outOfRange } from '../../errors';
import type { LabeledText } from './dataset';

/** Texts are the same if their keys are: up to white space and the forms of their characters. */
export const textKey = (text: string): string =>
  text.normalize('NFKC').replace(/\s+/gu, ' ').trim();

/** Names of labels are the same up to case as well. */
export const nameKey = (name: string): string => textKey(name).toLowerCase();

/** Names by their keys. */
export function namesOf(names: readonly string[]): Map<string, string> {
  return new Map(names.map((name) => [nameKey(name), name]));
}

/**
 * Adds a name to `names` if it is a text that is no other name up to case and white space.
 *
 * @param where what has the name
 * @param kind what the name is for it
 */
export function requireName(
  name: string,
  names: Map<string, string>,
  where: string,
  operator: string,
  kind = 'label',
): void {
  const key = nameKey(string(name, `the ${kind} of ${where}`, operator));
  if (key === '') throw outOfRange('a name', `the ${kind} of ${where}`, name, operator);
  const before = names.get(key);
  if (before === undefined) names.set(key, name);
  else if (before !== name) {
    throw new ArgumentRangeError(
      `${operator}: Expected ${kind}s that differ in more than case and white space but received ${describe(before)} and ${describe(name)}`,
      operator,
    );
  }
}

/**
 * Refuses labels without a name, and two that are one up to case and white space.
 *
 * @param names those that are there already, by `namesOf`; the labels are added to them
 */
export function requireLabels(
  rows: readonly { readonly label: string }[],
  name: string,
  operator: string,
  names = namesOf([]),
): void {
  for (const [i, { label }] of rows.entries()) {
    requireName(label, names, `${name}[${i}]`, operator);
  }
}

/** The place of each row's label among the labels, which have all of them. */
export function labelNumbers(
  rows: readonly { readonly label: string }[],
  labels: readonly string[],
): number[] {
  const numbers = new Map(labels.map((label, i) => [label, i]));
  return rows.map(({ label }) => numbers.get(label) ?? 0);
}

/** Returns `text` if there is something in it. */
export function requireText(text: unknown, where: string, operator: string): string {
  if (typeof text !== 'string') throw invalidArgument('a string', where, text, operator);
  if (textKey(text) !== '') return text;
  throw outOfRange('a text with something in it', where, text, operator);
}

/** A check for a text with something in it. */
export const writtenText: Check<string> = (value, name, operator) =>
  requireText(value, `${name} of ${operator}`, operator);

/** As `readTexts`, of texts with something in them. @throws that says which is not */
export function readWrittenTexts(
  texts: readonly string[],
  name: string,
  operator: string,
): string[] {
  const read = readTexts(texts, name, operator);
  for (const [i, text] of read.entries()) writtenText(text, `${name}[${i}]`, operator);
  return read;
}

/**
 * Refuses what is not an array of texts with labels.
 *
 * @param names labels that are there already, by `namesOf`; those of the rows are added to them
 * @throws ArgumentTypeError that says which row has no text or label; ArgumentRangeError for an empty one, and for
 *   labels that are one up to case and white space
 */
export function requireLabeledTexts(
  rows: readonly LabeledText[],
  name: string,
  operator: string,
  names = namesOf([]),
): void {
  array(rows, 'texts with labels', name, operator);
  for (const [i, row] of rows.entries()) {
    for (const key of ['text', 'label'] as const) {
      const value: unknown = row?.[key];
      if (typeof value !== 'string') {
        throw invalidArgument('a string', `${name}[${i}].${key}`, value, operator);
      }
    }
    writtenText(row.text, `${name}[${i}].text`, operator);
  }
  requireLabels(rows, name, operator, names);
}
