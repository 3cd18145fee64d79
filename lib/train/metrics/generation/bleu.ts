/**
 * Kishore Papineni, Salim Roukos, Todd Ward, Wei-Jing Zhu: BLEU: a Method for Automatic Evaluation of Machine
 * Translation, ACL 2002; computed as by sacreBLEU, Matt Post: A Call for Clarity in Reporting BLEU Scores, WMT 2018
 *
 *   BLEU = 100 · min(1, exp(1 − r/c)) · (p₁ p₂ p₃ p₄)^¼
 */
import { type OptionsOf, optional, readOptions, withMethods } from '../../../check';
import type { Tokenizer } from '../../../text';
import { ngramCounts, requireReferences, sharedCount, totalCount } from './ngrams';

const OPTIONS = {
  /** How texts become tokens. Default: `13a`, as sacreBLEU's default, for languages that put spaces between words. */
  tokenizer: optional<Tokenizer>(withMethods<Tokenizer>('a tokenizer', 'tokenize')),
};

export type BleuOptions = OptionsOf<typeof OPTIONS>;

export type Bleu = {
  /** From 0 to 100. */
  readonly score: number;
  /** p₁ to p₄ in %, smoothed where nothing was matched; 0 where candidates are too short to have any. */
  readonly precisions: readonly number[];
  /** Below 1 where candidates are shorter than references. */
  readonly brevityPenalty: number;
};

const ORDER = 4;

/**
 * The BLEU of all candidates together: matches are summed over texts before precisions are formed. It is no mean of
 * the scores of texts. Where no run of n tokens is matched, its precision is half of a match's, a quarter the second
 * time and so on (`exp`, as sacreBLEU's default). Where all candidates are shorter than four tokens it is 0, however
 * right they are: take `chrf`.
 *
 * @param references for each candidate one right text or more
 * @throws ArgumentTypeError or ArgumentRangeError for what is not as many lists of texts as candidates
 */
export function bleu(
  candidates: readonly string[],
  references: readonly (readonly string[])[],
  options: BleuOptions = {},
): Bleu {
  const { tokenizer = { tokenize: tokenize13a } } = readOptions(OPTIONS, options, 'bleu');
  requireReferences(candidates, references, 'bleu');
  const matched = new Array<number>(ORDER).fill(0);
  const total = new Array<number>(ORDER).fill(0);
  let [length, referenceLength] = [0, 0];
  for (const [i, text] of candidates.entries()) {
    const tokens = tokenizer.tokenize(text);
    const right = (references[i] ?? []).map((own) => tokenizer.tokenize(own));
    length += tokens.length;
    referenceLength += closestLength(tokens.length, right);
    for (let n = 1; n <= ORDER; n++) {
      const counts = ngramCounts(tokens, n);
      total[n - 1] = (total[n - 1] ?? 0) + totalCount(counts);
      matched[n - 1] = (matched[n - 1] ?? 0) + sharedCount(counts, mostOf(right, n));
    }
  }
  const brevityPenalty =
    length >= referenceLength ? 1 : length === 0 ? 0 : Math.exp(1 - referenceLength / length);
  if (matched.every((count) => count === 0)) {
    return { score: 0, precisions: matched, brevityPenalty };
  }
  const precisions = smoothed(matched, total);
  const mean = precisions.reduce((sum, own) => sum + Math.log(own), 0) / ORDER;
  return { score: brevityPenalty * Math.exp(mean), precisions, brevityPenalty };
}

function smoothed(matched: readonly number[], total: readonly number[]): number[] {
  let smoothing = 1;
  return matched.map((count, i) => {
    const all = total[i] ?? 0;
    if (all === 0) return 0;
    if (count > 0) return (100 * count) / all;
    smoothing *= 2;
    return 100 / (smoothing * all);
  });
}

/** The length of the reference that is closest in length, of equals the shorter. */
function closestLength(length: number, references: readonly (readonly string[])[]): number {
  return references
    .map((own) => own.length)
    .reduce((best, own) => {
      const [before, now] = [Math.abs(best - length), Math.abs(own - length)];
      return now < before || (now === before && own < best) ? own : best;
    });
}

/** Each run of n tokens as often as in the reference that has most of it. */
function mostOf(references: readonly (readonly string[])[], n: number): Map<string, number> {
  const most = new Map<string, number>();
  for (const own of references) {
    for (const [key, count] of ngramCounts(own, n)) {
      most.set(key, Math.max(count, most.get(key) ?? 0));
    }
  }
  return most;
}

/** In this order, so that `&amp;lt;` becomes `<`. */
const ENTITIES = [
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
] as const;

/** The tokens of mteval-v13a: words, with punctuation apart but for that inside of numbers. */
function tokenize13a(text: string): string[] {
  const joined = text
    .trimEnd()
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ');
  const plain = ENTITIES.reduce(
    (own, [name, character]) => own.replaceAll(name, character),
    joined,
  );
  return ` ${plain} `
    .replace(/([{-~[-` -&(-+:-@/])/g, ' $1 ')
    .replace(/([^0-9])([.,])/g, '$1 $2 ')
    .replace(/([.,])([^0-9])/g, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ')
    .split(/\s+/)
    .filter((token) => token !== '');
}
