import { listOf, optional, required, strictObject, string } from '../../../check';
import { writtenText } from '../../examples/read-examples';

const texts = { first: required(writtenText), second: required(writtenText) };

/** Two texts. */
export type TextPair = { readonly first: string; readonly second: string };

/** Two texts, and how they belong together. */
export type PairExample = TextPair & { readonly label: string };

/** Examples are pairs too: their labels are left alone. */
export const textPairs = listOf(strictObject({ ...texts, label: optional(string) }));
export const pairExamples = listOf(strictObject({ ...texts, label: required(string) }), 1);
