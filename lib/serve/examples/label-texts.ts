import { isPlainObject } from '../../check';
import { outOfRange } from '../../errors';
import { nameAsText } from '../../text/name-as-text';
import { type Example, type ExamplesInput, exampleOf, rowsOf } from './read-examples';

/** What a label says of itself. */
export type LabelTexts = {
  /** Whether names of labels count as examples. */
  labelNames: boolean;
  /** Sentences that say what a label is for; they count as examples too. */
  descriptions?: Readonly<Record<string, string>> | undefined;
};

/**
 * The examples, and after them the names and descriptions of their labels as texts. A label of an object
 * may then have no example.
 *
 * @throws ArgumentRangeError for a label without any text, and a description of a label that is not there
 */
export function withLabelTexts(
  examples: ExamplesInput,
  { labelNames, descriptions = {} }: LabelTexts,
  operator: string,
): ExamplesInput {
  const described = Object.keys(descriptions);
  const bare = isPlainObject(examples) ? labelsWithout(examples) : [];
  const silent = labelNames ? undefined : bare.find((label) => !described.includes(label));
  if (silent !== undefined) {
    const expected = 'at least one text, a description or `labelNames`';
    throw outOfRange(expected, `the label '${silent}' of ${operator}`, [], operator);
  }
  if (!labelNames && described.length === 0) return examples;
  const rows = [...rowsOf(bare.length === 0 ? examples : without(examples, bare), operator)];
  const labels = [...new Set([...rows.map(({ label }) => label), ...bare])];
  const stranger = described.find((label) => !labels.includes(label));
  if (stranger !== undefined) {
    throw outOfRange('labels of the examples', `descriptions of ${operator}`, stranger, operator);
  }
  const own = labels.flatMap((label): Example[] => {
    const texts = [...(labelNames ? [nameAsText(label)] : []), descriptions[label]];
    return texts.flatMap((text) => (text === undefined ? [] : [{ text, label }]));
  });
  return [...rows.map(exampleOf), ...own];
}

/** The labels of an object that have no text. */
export function labelsWithout(examples: object): string[] {
  return Object.entries(examples).flatMap(([label, texts]) =>
    Array.isArray(texts) && texts.length === 0 ? [label] : [],
  );
}

/** Examples by label, but those of some labels. */
export function without(examples: ExamplesInput, labels: readonly string[]): ExamplesInput {
  return Object.fromEntries(Object.entries(examples).filter(([label]) => !labels.includes(label)));
}
