import { listOf, required, strictObject, string } from '../../check';
import { type LanguageWords, languageWords } from '../language-models/language-words';
import type { Tokenizer } from '../tokenizers/tokenizer';

/** A phrase, and what it is in another language, dialect or style. */
export type PhrasePair = { readonly source: string; readonly target: string };

/** Refuses what is not a list of at least so many pairs. */
export const phrasePairsOf = (least: number) =>
  listOf(strictObject({ source: required(string), target: required(string) }), least);

/** Characters as people see them typed: code points after canonical composition (NFC). */
export const characterTokenizer: Tokenizer = {
  tokenize: (text) => [...text.normalize('NFC')],
};

/** The characters of texts, with the marks of their beginning and end. */
export function charactersOf(texts: readonly string[], operator: string): LanguageWords {
  const options = { tokenizer: characterTokenizer, minCount: 1, maxSize: undefined };
  return languageWords(texts, options, operator);
}
