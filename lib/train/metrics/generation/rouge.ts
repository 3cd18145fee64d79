/**
 * Chin-Yew Lin: ROUGE: A Package for Automatic Evaluation of Summaries, 2004; computed as by Google's `rouge_score`,
 * without stemming.
 */
import { type OptionsOf, optional, readOptions, string, withMethods } from '../../../check';
import { outOfRange } from '../../../errors';
import type { Tokenizer } from '../../../text';
import { ngramCounts, sharedCount, totalCount } from './ngrams';

const OPTIONS = {
  /** How texts become words. Default: runs of the letters a to z and of digits, in lower case, as `rouge_score`. */
  tokenizer: optional<Tokenizer>(withMethods<Tokenizer>('a tokenizer', 'tokenize')),
};

export type RougeOptions = OptionsOf<typeof OPTIONS>;

/** Each from 0 to 1. */
export type RougeScore = {
  /** The share of what the candidate has that is in the reference. */
  readonly precision: number;
  /** The share of what the reference has that is in the candidate. */
  readonly recall: number;
  readonly f1: number;
};

export type Rouge = {
  /** Of words. */
  readonly rouge1: RougeScore;
  /** Of pairs of neighbouring words. */
  readonly rouge2: RougeScore;
  /** Of the longest sequence of words that both have, with gaps. */
  readonly rougeL: RougeScore;
};

/**
 * How much a text has in common with the right one; for several texts take `estimate` of the scores.
 *
 * @throws ArgumentTypeError for what is not texts; ArgumentRangeError for a reference without a word, as one in
 *   Chinese has by the default tokenizer
 */
export function rouge(candidate: string, reference: string, options: RougeOptions = {}): Rouge {
  const { tokenizer = { tokenize: asciiWords } } = readOptions(OPTIONS, options, 'rouge');
  const own = tokenizer.tokenize(string(candidate, 'candidate', 'rouge'));
  const right = tokenizer.tokenize(string(reference, 'reference', 'rouge'));
  if (right.length === 0) {
    throw outOfRange('a text with words for its tokenizer', 'reference', reference, 'rouge');
  }
  return {
    rouge1: ofRuns(own, right, 1),
    rouge2: ofRuns(own, right, 2),
    rougeL: scoreOf(longestCommon(own, right), own.length, right.length),
  };
}

function asciiWords(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

function ofRuns(own: readonly string[], right: readonly string[], n: number): RougeScore {
  const [a, b] = [ngramCounts(own, n), ngramCounts(right, n)];
  return scoreOf(sharedCount(a, b), totalCount(a), totalCount(b));
}

function scoreOf(shared: number, own: number, right: number): RougeScore {
  const precision = shared / Math.max(own, 1);
  const recall = shared / Math.max(right, 1);
  const f1 = shared === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1 };
}

/** The length of the longest common subsequence. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let before = new Uint32Array(b.length + 1);
  for (const word of a) {
    const row = new Uint32Array(b.length + 1);
    for (const [j, other] of b.entries()) {
      row[j + 1] =
        word === other ? (before[j] ?? 0) + 1 : Math.max(before[j + 1] ?? 0, row[j] ?? 0);
    }
    before = row;
  }
  return before[b.length] ?? 0;
}
