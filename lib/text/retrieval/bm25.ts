import {
  fraction,
  notNegative,
  type OptionsOf,
  optional,
  positiveInteger,
  readOptions,
  requireTexts,
  string,
  withDefault,
  withMethods,
} from '../../check';
import type { Tokenizer } from '../tokenizers/tokenizer';
import { WordTokenizer } from '../tokenizers/word-tokenizer';

const OPTIONS = {
  /** k₁: how much a word counts more the more often it stands in a text. Default: 1.2. */
  k1: withDefault(notNegative, 1.2),
  /** b: how much the length of a text counts, from 0 to 1. Default: 0.75. */
  b: withDefault(fraction, 0.75),
  /** How texts become words. Default: a `WordTokenizer`. */
  tokenizer: optional<Tokenizer>(withMethods<Tokenizer>('a tokenizer', 'tokenize')),
};

export type Bm25Options = OptionsOf<typeof OPTIONS>;

/** A text that was found: its place among those of the index, and its score. */
export type Ranked = { readonly index: number; readonly score: number };

type Posting = { readonly index: number; readonly count: number };

/**
 * Finds the texts that share words with a query, rare words counting more:
 *
 *   score(q, d) = Σ over words of q  idf(w) · f (k₁ + 1) / (f + k₁ (1 − b + b |d| / mean |d|)),
 *   idf(w) = log(1 + (N − n + ½) / (n + ½))
 *
 * f is how often w stands in d, n in how many of the N texts it does. Stephen Robertson, Hugo Zaragoza: The
 * Probabilistic Relevance Framework: BM25 and Beyond, 2009.
 *
 *     const index = new Bm25(['I lost my card', 'how do I add money']);
 *     index.search('lost a card')[0]?.index; // 0
 *
 * @throws ArgumentTypeError or ArgumentRangeError for wrong texts and options
 */
export class Bm25 {
  readonly #settings: ReturnType<typeof readSettings>;
  readonly #postings = new Map<string, Posting[]>();
  readonly #lengths: number[] = [];
  #total = 0;

  constructor(texts: readonly string[] = [], options: Bm25Options = {}) {
    this.#settings = readSettings(options);
    requireTexts(texts, 'texts', 'Bm25');
    for (const text of texts) this.add(text);
  }

  /** The texts that are in it. */
  get size(): number {
    return this.#lengths.length;
  }

  /** Adds a text, and gives its place. */
  add(text: string): number {
    const index = this.#lengths.length;
    const words = this.#settings.tokenizer.tokenize(string(text, 'text', 'Bm25.add'));
    for (const [word, count] of countsOf(words)) {
      const postings = this.#postings.get(word);
      if (postings === undefined) this.#postings.set(word, [{ index, count }]);
      else postings.push({ index, count });
    }
    this.#lengths.push(words.length);
    this.#total += words.length;
    return index;
  }

  /** The best texts that share a word with the query, the best first, at most `count`. Default: 10. */
  search(query: string, count = 10): Ranked[] {
    const { k1, b, tokenizer } = this.#settings;
    positiveInteger(count, 'count', 'Bm25.search');
    const scores = new Map<number, number>();
    const mean = this.#total / Math.max(this.size, 1);
    for (const word of new Set(tokenizer.tokenize(string(query, 'query', 'Bm25.search')))) {
      const postings = this.#postings.get(word) ?? [];
      const n = postings.length;
      const idf = Math.log(1 + (this.size - n + 0.5) / (n + 0.5));
      for (const { index, count: f } of postings) {
        const length = k1 * (1 - b + (b * (this.#lengths[index] ?? 0)) / mean);
        scores.set(index, (scores.get(index) ?? 0) + (idf * f * (k1 + 1)) / (f + length));
      }
    }
    return [...scores]
      .map(([index, score]) => ({ index, score }))
      .sort((a, c) => c.score - a.score || a.index - c.index)
      .slice(0, count);
  }
}

function readSettings(options: Bm25Options) {
  const { tokenizer = new WordTokenizer(), ...weights } = readOptions(OPTIONS, options, 'Bm25');
  return { ...weights, tokenizer };
}

function countsOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
