import {
  type OptionsOf,
  optional,
  positiveInteger,
  type ReadOptions,
  requireTexts,
  withDefault,
  withMethods,
} from '../../check';
import { outOfRange } from '../../errors';
import type { Tokenizer } from '../tokenizers/tokenizer';
import { WordTokenizer } from '../tokenizers/word-tokenizer';
import { Vocabulary } from '../vocabulary';

/** Stands before every text. */
export const START_TOKEN = '<s>';
/** Stands after every text, and is predicted as a word is. */
export const END_TOKEN = '</s>';

/** The options of all language models: what their words are. */
export const LANGUAGE_WORDS = {
  /** Splits texts into words. Default: a `WordTokenizer`. */
  tokenizer: optional<Tokenizer>(withMethods<Tokenizer>('a Tokenizer', 'tokenize')),
  /** Words that come fewer times are unknown. Default: 2, so that the model sees unknown words. */
  minCount: withDefault(positiveInteger, 2),
  /** The most words, special ones included. Default: no limit. */
  maxSize: optional(positiveInteger),
};

export type LanguageWordOptions = OptionsOf<typeof LANGUAGE_WORDS>;

/** What a language model takes texts for: words with their numbers. */
export class LanguageWords {
  readonly vocabulary: Vocabulary;
  readonly tokenizer: Tokenizer;
  readonly startId: number;
  readonly endId: number;

  constructor(vocabulary: Vocabulary, tokenizer: Tokenizer) {
    this.vocabulary = vocabulary;
    this.tokenizer = tokenizer;
    this.startId = vocabulary.id(START_TOKEN);
    this.endId = vocabulary.id(END_TOKEN);
  }

  /** The numbers of a text's words. */
  idsOf(text: string): Int32Array {
    return this.vocabulary.encode(this.tokenizer.tokenize(text));
  }

  /** The same between a start and an end. */
  sequenceOf(text: string): Int32Array {
    return Int32Array.from([this.startId, ...this.idsOf(text), this.endId]);
  }
}

/**
 * The words of texts.
 *
 * @throws ArgumentTypeError if `texts` is not an array of strings; ArgumentRangeError if it is empty
 */
export function languageWords(
  texts: readonly string[],
  { tokenizer = new WordTokenizer(), minCount, maxSize }: ReadOptions<typeof LANGUAGE_WORDS>,
  operator: string,
): LanguageWords {
  requireTexts(texts, 'texts', operator);
  if (texts.length === 0) throw outOfRange('at least one text', 'texts', texts, operator);
  const vocabulary = Vocabulary.build(
    texts.map((text) => tokenizer.tokenize(text)),
    { minCount, specials: [START_TOKEN, END_TOKEN], ...(maxSize && { maxSize }) },
  );
  return new LanguageWords(vocabulary, tokenizer);
}
