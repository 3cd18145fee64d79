import { sameWords } from '../dataset';

/** Two texts that are nearly the same, and how much: shared over all pairs of neighbouring words. */
export type NearPair = { readonly a: number; readonly b: number; readonly similarity: number };

/** Shingles in more texts than that say nothing of two of them, and would take time with the square. */
const MOST_TEXTS = 50;

/**
 * Pairs of texts that share at least the fraction `least` of their words and pairs of neighbouring words
 * (Jaccard), as Andrei Broder, "On the resemblance and containment of documents", 1997. What many texts have in
 * common does not make candidates, so that the time stays about proportional to the number of texts.
 */
export function nearDuplicates(texts: readonly string[], least: number): NearPair[] {
  const sets = texts.map(shinglesOf);
  const holders = new Map<string, number[]>();
  for (const [i, set] of sets.entries()) {
    for (const shingle of set) {
      const list = holders.get(shingle);
      if (list === undefined) holders.set(shingle, [i]);
      else if (list.length <= MOST_TEXTS) list.push(i);
    }
  }
  const pairs: NearPair[] = [];
  for (const [b, set] of sets.entries()) {
    for (const a of candidates(set, holders, b)) {
      const similarity = jaccard(sets[a] ?? new Set(), set);
      if (similarity >= least) pairs.push({ a, b, similarity });
    }
  }
  return pairs.toSorted((x, y) => y.similarity - x.similarity || x.a - y.a || x.b - y.b);
}

function shinglesOf(text: string): ReadonlySet<string> {
  const words = sameWords(text).split(' ');
  return new Set([...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)]);
}

function candidates(
  set: ReadonlySet<string>,
  holders: ReadonlyMap<string, readonly number[]>,
  before: number,
): Set<number> {
  const found = new Set<number>();
  for (const shingle of set) {
    const list = holders.get(shingle) ?? [];
    if (list.length > MOST_TEXTS) continue;
    for (const i of list) if (i < before) found.add(i);
  }
  return found;
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const shingle of a) if (b.has(shingle)) shared++;
  return shared / (a.size + b.size - shared);
}
