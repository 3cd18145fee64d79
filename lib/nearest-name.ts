/** The share of a name that may differ, so that what is offered is what was meant. */
const MOST_DIFFERENT = 0.4;
/** Beyond this nobody has mistyped a name, and comparing takes time. */
const LONGEST = 100;

/** The one of some names that another is most like, as one mistypes it; undefined if it is like none. */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  if (name.length > LONGEST) return undefined;
  let best: { name: string; distance: number } | undefined;
  for (const one of names) {
    const distance = editDistance(name, one);
    const most = MOST_DIFFERENT * Math.max(name.length, one.length);
    if (distance <= most && distance < (best?.distance ?? Infinity)) best = { name: one, distance };
  }
  return best?.name;
}

/**
 * How many characters must be changed, put in or taken out. V. I. Levenshtein: Binary Codes Capable of
 * Correcting Deletions, Insertions, and Reversals, 1966.
 */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
