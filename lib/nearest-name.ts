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

/** The question whether the nearest of some names was meant, to end a message with; empty if none is near. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const nearest = nearestName(name, names);
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}

/**
 * How many characters must be changed, put in or taken out. V. I. Levenshtein: Binary Codes Capable of
 * Correcting Deletions, Insertions, and Reversals, 1966.
 */
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
