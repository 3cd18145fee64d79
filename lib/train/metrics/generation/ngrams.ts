import { array, requireTexts } from '../../../check';
import { outOfRange } from '../../../errors';

/** How often each run of `n` tokens comes. */
export function ngramCounts(tokens: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    // No token holds a line break, so that runs of different tokens never look the same.
    const key = tokens.slice(i, i + n).join('\n');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** How many runs there are in both, each as often as in the one that has fewer. */
export function sharedCount(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): number {
  let shared = 0;
  for (const [key, count] of a) shared += Math.min(count, b.get(key) ?? 0);
  return shared;
}

export const totalCount = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

/** Refuses what is not as many lists of references as candidates, each of at least one. */
export function requireReferences(
  candidates: readonly string[],
  references: readonly (readonly string[])[],
  operator: string,
): void {
  requireTexts(candidates, 'candidates', operator);
  array(references, 'lists of texts', 'references', operator);
  for (const [i, own] of references.entries()) {
    requireTexts(own, `references[${i}]`, operator);
    if (own.length > 0) continue;
    throw outOfRange('at least one reference', `references[${i}] of ${operator}`, own, operator);
  }
  if (candidates.length === 0) {
    throw outOfRange('at least one text', `candidates of ${operator}`, candidates, operator);
  }
  if (references.length === candidates.length) return;
  const expected = `${candidates.length} lists, one for each candidate,`;
  throw outOfRange(expected, `references of ${operator}`, references.length, operator);
}
