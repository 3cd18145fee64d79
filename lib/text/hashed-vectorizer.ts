import {
  flag,
  type OptionsOf,
  positiveInteger,
  readOptions,
  requireTexts,
  string,
  withDefault,
} from '../check';
import { outOfRange } from '../errors';
import { type Tensor, torch } from '../torch';
import { fnv1a, ngramsOf } from './encoders/trainable/character-ngrams';
import { WordTokenizer } from './tokenizers/word-tokenizer';
import type { Vectorizer } from './vectorizer';

const OPTIONS = {
  /** D: the numbers that features share by their hashes. Default: 4,096. */
  dimensions: withDefault(positiveInteger, 4096),
  /** Whether whole words and pairs of neighbours count. Default: true. */
  words: withDefault(flag, true),
  /** Whether the character n-grams of words count. Default: true. */
  characters: withDefault(flag, true),
  /** The shortest n-grams. Default: 2 characters. */
  shortest: withDefault(positiveInteger, 2),
  /** The longest n-grams. Default: 4 characters. */
  longest: withDefault(positiveInteger, 4),
  /** The language of the texts, which decides where words end. Default: `en`. */
  locale: withDefault(string, 'en'),
  /** Lower-case texts. Default: true. */
  lowerCase: withDefault(flag, true),
};

export type HashedVectorizerOptions = OptionsOf<typeof OPTIONS>;

/** What n-grams are hashed into before they are folded to D numbers and a sign. */
const HASHES = 2 ** 31;

/**
 * A text as the counts of its words and of their character n-grams, `[n, D]` of length 1, for any language and
 * without a vocabulary: a feature's hash is its place, and half of the features count negatively, so that those
 * which meet in a place cancel on average. Counts enter by their logarithms.
 *
 * Kilian Weinberger et al.: Feature Hashing for Large Scale Multitask Learning, ICML 2009,
 * https://arxiv.org/abs/0902.2206
 *
 *     const x = new text.HashedVectorizer().vectorize(['selamat pagi', 'good morning']);
 */
export class HashedVectorizer implements Vectorizer<Tensor> {
  /** D: the size of a text's vector. */
  readonly dimensions: number;
  readonly #featuresOf: (words: readonly string[]) => number[];
  readonly #tokenizer: WordTokenizer;

  /** @throws ArgumentTypeError or ArgumentRangeError for a wrong option, and if nothing is to count */
  constructor(options: HashedVectorizerOptions = {}) {
    const operator = 'HashedVectorizer';
    const { dimensions, words, characters, shortest, longest, locale, lowerCase } = readOptions(
      OPTIONS,
      options,
      operator,
    );
    if (longest < shortest) {
      const expected = `at least ${shortest}, the shortest,`;
      throw outOfRange(expected, `longest of ${operator}`, longest, operator);
    }
    if (!words && !characters) {
      throw outOfRange('words or characters', `options of ${operator}`, 'neither', operator);
    }
    this.dimensions = dimensions;
    this.#tokenizer = new WordTokenizer({ locale, lowerCase });
    const ngrams = { shortest, longest, buckets: HASHES };
    this.#featuresOf = (own) => [
      ...(words ? wordHashes(own) : []),
      // The first number is that of the word itself, which `words` decides about.
      ...(characters ? own.flatMap((word) => ngramsOf(word, ngrams).slice(1)) : []),
    ];
  }

  /**
   * The texts as vectors `[n, D]`, float32; zeros for a text without words.
   *
   * @throws ArgumentTypeError if `texts` is not an array of strings
   */
  vectorize(texts: readonly string[]): Tensor {
    requireTexts(texts, 'texts', 'vectorize');
    const size = this.dimensions;
    const rows = new Float32Array(texts.length * size);
    for (const [i, text] of texts.entries()) {
      const row = rows.subarray(i * size, (i + 1) * size);
      const counts = new Map<number, number>();
      for (const hash of this.#featuresOf(this.#tokenizer.tokenize(text))) {
        counts.set(hash, (counts.get(hash) ?? 0) + 1);
      }
      for (const [hash, count] of counts) {
        const sign = (hash & 1) === 0 ? 1 : -1;
        const place = (hash >>> 1) % size;
        row[place] = (row[place] ?? 0) + sign * (1 + Math.log(count));
      }
      const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
      if (length > 0) for (const [place, value] of row.entries()) row[place] = value / length;
    }
    return torch.tensor(rows, { shape: [texts.length, size] });
  }

  /** 1 for each text: all vectors have the same size. */
  lengths(texts: readonly string[]): number[] {
    requireTexts(texts, 'texts', 'lengths');
    return texts.map(() => 1);
  }
}

/** The hashes of words, and of pairs of neighbours. */
function wordHashes(words: readonly string[]): number[] {
  return words.flatMap((word, i) => {
    const next = words[i + 1];
    const own = fnv1a(`w ${word}`) % HASHES;
    return next === undefined ? [own] : [own, fnv1a(`p ${word} ${next}`) % HASHES];
  });
}
