import { checkOptions, flag, oneOf } from '../../check';
import { invalidArgument, outOfRange } from '../../errors';
import { asciiWords, asciiWordsAgree, isAscii } from './ascii-words';
import { CHINESE, type Chinese, type HanCutter, hanCutter } from './han-words';
import { normalizeText } from './normalize-text';
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
  /**
   * Treat typographic apostrophes, quotation marks and hyphens as plain ones, and leave out what
   * is invisible and has no meaning, such as soft hyphens; see `foldVariants`. Default true.
   */
  foldVariants?: boolean;
  /** Keep punctuation and symbols as tokens too; white space is never one. Default false. */
  keepPunctuation?: boolean;
  /**
   * How Chinese characters that follow each other become words: the `words` of ICU's dictionary, which divides many
   * of a bank's (余|额, 还|款); `bigrams`, each two neighbours; or those of `jieba`, which needs the package
   * `@node-rs/jieba`. Default `words`.
   */
  chinese?: Chinese;
}

type Flag = Exclude<keyof WordTokenizerOptions, 'locale' | 'chinese'>;

const OPTIONS = ['locale', 'lowerCase', 'normalize', 'foldVariants', 'keepPunctuation', 'chinese'];
const HAN = /(\p{Script=Han}+)/u;
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
 * @throws ArgumentTypeError for an unknown option or one of another type; ArgumentRangeError for a
 * locale that this Node.js does not know; TorchError `ERR_TORCH_PACKAGE_MISSING` for `jieba` where the package is
 * not installed.
 */
export class WordTokenizer implements Tokenizer {
  readonly options: Readonly<Required<WordTokenizerOptions>>;
  readonly #segmenter: Intl.Segmenter;
  readonly #cutHan: HanCutter | undefined;
  readonly #fastAscii: boolean;

  constructor(options: WordTokenizerOptions = {}) {
    checkOptions(options, OPTIONS, 'WordTokenizer');
    const { locale = 'en', chinese = 'words' } = options;
    const boolean = (name: Flag, otherwise: boolean) =>
      flag(options[name] ?? otherwise, name, 'WordTokenizer');
    this.options = {
      locale: requireLocale(locale),
      lowerCase: boolean('lowerCase', true),
      normalize: boolean('normalize', true),
      foldVariants: boolean('foldVariants', true),
      keepPunctuation: boolean('keepPunctuation', false),
      chinese: oneOf(...CHINESE)(chinese, 'chinese', 'WordTokenizer'),
    };
    this.#cutHan = hanCutter(this.options.chinese);
    this.#segmenter = new Intl.Segmenter(locale, { granularity: 'word' });
    this.#fastAscii = !this.options.keepPunctuation && asciiWordsAgree(this.#segmenter);
  }

  /** @throws ArgumentTypeError if `text` is not a string. */
  tokenize(text: string): string[] {
    if (typeof text !== 'string') throw invalidArgument('a string', 'text', text, 'tokenize');
    const clean = normalizeText(text, this.options);
    if (this.#fastAscii && isAscii(clean)) return asciiWords(clean);
    const cut = this.#cutHan;
    if (cut === undefined) return this.#segments(clean);
    // Runs of Chinese characters are every second piece.
    return clean
      .split(HAN)
      .flatMap((piece, i) => (i % 2 === 0 ? this.#segments(piece) : cut(piece)));
  }

  #segments(text: string): string[] {
    const tokens: string[] = [];
    for (const { segment, isWordLike } of segmentText(this.#segmenter, text)) {
      if (isWordLike || (this.options.keepPunctuation && !SPACE_ONLY.test(segment))) {
        tokens.push(segment);
      }
    }
    return tokens;
  }
}
