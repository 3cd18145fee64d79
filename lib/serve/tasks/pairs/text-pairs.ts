import { listOf, optional, required, strictObject, string } from '../../../check';
import { requireText } from '../../examples/read-examples';

const text = (value: unknown, name: string, operator: string): string =>
  requireText(value, `${name} of ${operator}`, operator);

const texts = { first: required(text), second: required(text) };

/** Two texts. */
export type TextPair = { readonly first: string; readonly second: string };

/** Two texts, and how they belong together. */
export type PairExample = TextPair & { readonly label: string };

/** Examples are pairs too: their labels are left alone. */
export const textPairs = listOf(strictObject({ ...texts, label: optional(string) }));
export const pairExamples = listOf(strictObject({ ...texts, label: required(string) }), 1);
