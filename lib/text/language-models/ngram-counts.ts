/** What follows a history: how often each word does, and all of them. */
export type Followers = { readonly counts: Map<number, number>; total: number };

/**
 * What follows the histories of sequences that begin with a mark, for histories of 0 to `order` − 1 words. The
 * longest n-grams count as often as they come. A shorter one counts as many different words as stand before
 * it; at the beginning of a sequence, where none does, as often as it comes.
 */
export function ngramLevels(
  sequences: readonly Int32Array[],
  order: number,
): Map<string, Followers>[] {
  const levels = Array.from({ length: order }, () => new Map<string, Followers>());
  // Of each length but the longest, the n-grams with the word before them that were counted already.
  const seen = levels.map(() => new Set<string>());
  for (const ids of sequences) {
    for (let i = 1; i < ids.length; i++) {
      for (let length = 0; length < Math.min(order, i + 1); length++) {
        const from = i - length;
        if (length < order - 1 && from > 0) {
          const extended = ids.subarray(from - 1, i + 1).join();
          if (seen[length]?.has(extended)) continue;
          seen[length]?.add(extended);
        }
        count(levels[length], ids.subarray(from, i).join(), ids[i] ?? 0);
      }
    }
  }
  return levels;
}

function count(level: Map<string, Followers> | undefined, history: string, id: number): void {
  let own = level?.get(history);
  if (own === undefined) {
    own = { counts: new Map(), total: 0 };
    level?.set(history, own);
  }
  own.counts.set(id, (own.counts.get(id) ?? 0) + 1);
  own.total++;
}
