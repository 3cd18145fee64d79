/**
 * Maja Popović: chrF: Character n-gram F-score for Automatic MT Evaluation, WMT 2015; computed as by sacreBLEU
 *
 *   chrF = 100 · (1 + β²) P R / (β² P + R),   β = 2
 *
 * with P and R the means over n = 1 to 6 of the shares of runs of n characters that are in both.
 */
import { ngramCounts, requireReferences, sharedCount, totalCount } from './ngrams';

const ORDER = 6;
const BETA = 2;

/** For each n the runs of the candidate, of the reference, and of both. */
type Counts = readonly (readonly [candidate: number, reference: number, shared: number])[];

/**
 * The chrF of all candidates together, from 0 to 100: runs of characters without white space, which asks for no words
 * and so suits any language. Of several references the one that is best for a candidate counts.
 *
 * @param references for each candidate one right text or more
 * @throws ArgumentTypeError or ArgumentRangeError for what is not as many lists of texts as candidates
 */
export function chrf(
  candidates: readonly string[],
  references: readonly (readonly string[])[],
): number {
  requireReferences(candidates, references, 'chrf');
  let sum: Counts = Array.from({ length: ORDER }, () => [0, 0, 0] as const);
  for (const [i, text] of candidates.entries()) {
    const [first, ...others] = (references[i] ?? []).map((own) => countsOf(text, own));
    if (first === undefined) continue;
    const best = others.reduce((a, b) => (scoreOf(b) > scoreOf(a) ? b : a), first);
    sum = sum.map(([a, b, c], n) => {
      const [x = 0, y = 0, z = 0] = best[n] ?? [];
      return [a + x, b + y, c + z] as const;
    });
  }
  return scoreOf(sum);
}

function countsOf(candidate: string, reference: string): Counts {
  const [own, right] = [charactersOf(candidate), charactersOf(reference)];
  return Array.from({ length: ORDER }, (_, i) => {
    const [a, b] = [ngramCounts(own, i + 1), ngramCounts(right, i + 1)];
    // Where the reference is too short for a run, the candidate is not blamed for having some.
    return [b.size === 0 ? 0 : totalCount(a), totalCount(b), sharedCount(a, b)] as const;
  });
}

function scoreOf(counts: Counts): number {
  const known = counts.filter(([own, right]) => own > 0 && right > 0);
  if (known.length === 0) return 0;
  const mean = (of: (counts: Counts[number]) => number): number =>
    known.reduce((sum, own) => sum + of(own), 0) / known.length;
  const precision = mean(([own, , shared]) => shared / own);
  const recall = mean(([, right, shared]) => shared / right);
  if (precision + recall === 0) return 0;
  return (100 * (1 + BETA ** 2) * precision * recall) / (BETA ** 2 * precision + recall);
}

const charactersOf = (text: string): string[] => [...text.replace(/\s+/g, '')];
