/** Turns a text into the units a vocabulary counts. */
export interface Tokenizer {
  /** The tokens of `text` in order; an empty list for a text without any. */
  tokenize(text: string): string[];
}
