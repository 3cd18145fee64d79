import { invalidArgument, outOfRange } from '../../errors';
import { asciiWords, asciiWordsAgree, isAscii } from './ascii-words';
import { segmentText } from './segment-text';
import type { Tokenizer } from './tokenizer';

export interface WordTokenizerOptions {
  /**
   * BCP 47 language tag of the texts, for example `th`; it decides word boundaries and lower-casing.
   * Default `en`, which also segments Thai, Japanese and Chinese by their dictionaries.
   */
  locale?: string;
  /** Lower-case the text by the rules of `locale`. Default true. */
  lowerCase?: boolean;
  /** Bring the text to Unicode normalization form NFKC. Default true. */
  normalize?: boolean;
  /** Keep punctuation and symbols as tokens too; white space never is one. Default false. */
  keepPunctuation?: boolean;
}

const SPACE_ONLY = /^\s*$/u;

function requireLocale(locale: unknown): string {
  const expected = 'a language tag that this Node.js can segment';
  if (typeof locale !== 'string') throw invalidArgument(expected, 'locale', locale);
  try {
    // Unsupported tags would fall back, silently, to the locale of the machine.
    if (Intl.Segmenter.supportedLocalesOf(locale).length > 0) return locale;
  } catch {
    // Not a language tag at all.
  }
  throw outOfRange(expected, 'locale', locale);
}

/**
 * Splits text into words at the boundaries of Unicode Standard Annex 29, through `Intl.Segmenter`:
 * languages written without spaces are segmented by ICU's dictionaries. Numbers are words.
 *
 * @example
 * new WordTokenizer().tokenize("The cat's 9 lives."); // ['the', "cat's", '9', 'lives']
 *
 * @throws ArgumentTypeError for a locale that is no string; ArgumentRangeError for one unknown here.
 */
export class WordTokenizer implements Tokenizer {
  readonly options: Readonly<Required<WordTokenizerOptions>>;
  readonly #segmenter: Intl.Segmenter;
  readonly #fastAscii: boolean;

  constructor(options: WordTokenizerOptions = {}) {
    const { locale = 'en', lowerCase = true, normalize = true, keepPunctuation = false } = options;
    this.options = { locale: requireLocale(locale), lowerCase, normalize, keepPunctuation };
    this.#segmenter = new Intl.Segmenter(locale, { granularity: 'word' });
    this.#fastAscii = !keepPunctuation && asciiWordsAgree(this.#segmenter);
  }

  /** @throws ArgumentTypeError if `text` is no string. */
  tokenize(text: string): string[] {
    if (typeof text !== 'string') throw invalidArgument('a string', 'text', text, 'tokenize');
    const clean = this.#clean(text);
    if (this.#fastAscii && isAscii(clean)) return asciiWords(clean);
    const tokens: string[] = [];
    for (const { segment, isWordLike } of segmentText(this.#segmenter, clean)) {
      if (isWordLike || (this.options.keepPunctuation && !SPACE_ONLY.test(segment))) {
        tokens.push(segment);
      }
    }
    return tokens;
  }

  #clean(text: string): string {
    const { locale, lowerCase, normalize } = this.options;
    const normal = normalize ? text.normalize('NFKC') : text;
    if (!lowerCase) return normal;
    const lower = normal.toLocaleLowerCase(locale);
    // A capital may lack the precomposed form that its small letter has, as H with line below does.
    return normalize ? lower.normalize('NFKC') : lower;
  }
}
