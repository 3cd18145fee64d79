import { type Check, listOf, optional, required, strictObject, string } from '../../../check';
import { requireLabels, writtenText } from '../../../text/datasets/labeled-text';

const texts = { first: required(writtenText), second: required(writtenText) };

/** Two texts. */
export type TextPair = { readonly first: string; readonly second: string };

/** Two texts, and how they belong together. */
export type PairExample = TextPair & { readonly label: string };

/** Examples are pairs too: their labels are left alone. */
export const textPairs = listOf(strictObject({ ...texts, label: optional(string) }));

const labeledPairs = listOf(strictObject({ ...texts, label: required(string) }), 1);

export const pairExamples: Check<PairExample[]> = (value, name, operator) => {
  const read = labeledPairs(value, name, operator);
  requireLabels(read, name, operator);
  return read;
};
