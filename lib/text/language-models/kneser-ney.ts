import { array, type OptionsOf, readOptions, requireTexts, upTo, withDefault } from '../../check';
import { type LanguageModel, neverNext } from './language-model';
import { LANGUAGE_WORDS, type LanguageWords, languageWords } from './language-words';
import { type Followers, ngramLevels } from './ngram-counts';

const OPTIONS = {
  ...LANGUAGE_WORDS,
  /** n: words of an n-gram, the one that is predicted included. Default: 3. */
  order: withDefault(upTo(100), 3),
};

export type KneserNeyOptions = OptionsOf<typeof OPTIONS>;

/**
 * An n-gram model with interpolated Kneser–Ney smoothing, by the counts of texts:
 *
 *   p(w | h) = (c(h w) − D)⁺ / c(h ·) + D · N₁₊(h ·) / c(h ·) · p(w | h′)
 *
 * h′ is the history without its first word. c counts n-grams, and of shorter ones how many different words stand
 * before them, or how often they stand at the beginning of a text. D = n₁ / (n₁ + 2 n₂) for each length, by
 * the numbers of n-grams that are counted once and twice; 0.75 where there are none of either. Below single
 * words all that can be next is equally likely. The probabilities after every history sum to 1.
 *
 * Reinhard Kneser, Hermann Ney: Improved Backing-off for M-gram Language Modeling, ICASSP 1995; interpolated
 * as in Stanley Chen, Joshua Goodman: An Empirical Study of Smoothing Techniques for Language Modeling, 1998.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for wrong texts or options
 */
export function kneserNey(texts: readonly string[], options: KneserNeyOptions = {}): KneserNey {
  const { order, ...own } = readOptions(OPTIONS, options, 'kneserNey');
  const words = languageWords(texts, own, 'kneserNey');
  const levels = ngramLevels(
    texts.map((text) => words.sequenceOf(text)),
    order,
  );
  return new KneserNey(words, levels);
}

type Level = { readonly discount: number; readonly followers: ReadonlyMap<string, Followers> };

const USUAL_DISCOUNT = 0.75;

/** See `kneserNey`. */
export class KneserNey implements LanguageModel {
  readonly words: LanguageWords;
  readonly #levels: readonly Level[];
  readonly #never: ReadonlySet<number>;

  constructor(words: LanguageWords, levels: readonly ReadonlyMap<string, Followers>[]) {
    this.words = words;
    this.#levels = levels.map((followers) => ({ discount: discountOf(followers), followers }));
    this.#never = new Set(neverNext(words.vocabulary));
  }

  /** n */
  get order(): number {
    return this.#levels.length;
  }

  /** @throws ArgumentTypeError if `texts` is not an array of strings */
  logProbabilities(texts: readonly string[]): Float64Array[] {
    requireTexts(texts, 'texts', 'logProbabilities');
    return texts.map((text) => {
      const ids = this.words.sequenceOf(text);
      return Float64Array.from({ length: ids.length - 1 }, (_, i) =>
        Math.log(this.#probability(ids[i + 1] ?? 0, ids.subarray(0, i + 1))),
      );
    });
  }

  /** @throws ArgumentTypeError if `history` is not an array of strings */
  distribution(history: readonly string[]): Float64Array {
    array(history, 'words', 'history', 'distribution');
    const { vocabulary, startId } = this.words;
    const ids = Int32Array.from([startId, ...vocabulary.encode(history)]);
    return Float64Array.from({ length: vocabulary.size }, (_, id) =>
      this.#never.has(id) ? -Infinity : Math.log(this.#probability(id, ids)),
    );
  }

  #probability(id: number, history: Int32Array): number {
    let p = 1 / (this.words.vocabulary.size - this.#never.size);
    const longest = Math.min(this.order - 1, history.length);
    for (let length = 0; length <= longest; length++) {
      const level = this.#levels[length];
      const key = history.subarray(history.length - length).join();
      const seen = level?.followers.get(key);
      // What does not follow a history does not follow a longer one.
      if (level === undefined || seen === undefined) break;
      const { counts, total } = seen;
      const own = Math.max((counts.get(id) ?? 0) - level.discount, 0);
      p = (own + level.discount * counts.size * p) / total;
    }
    return p;
  }
}

function discountOf(followers: ReadonlyMap<string, Followers>): number {
  let once = 0;
  let twice = 0;
  for (const { counts } of followers.values()) {
    for (const count of counts.values()) {
      if (count === 1) once++;
      if (count === 2) twice++;
    }
  }
  return once === 0 || twice === 0 ? USUAL_DISCOUNT : once / (once + 2 * twice);
}
