/** Insertions, deletions and replacements of a character that make `b` of `a` (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (letter === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

// Names may come from a file, and the time grows with the product of the lengths.
const LONGEST = 100;

/** That of `names` which is spelled most like `name`; undefined if none is alike. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const cut = (text: string) => text.toLowerCase().slice(0, LONGEST);
  const most = Math.max(1, Math.ceil(name.length / 2));
  const [best] = names
    .map((other) => ({ other, distance: editDistance(cut(name), cut(other)) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return best?.other;
}
