import type { LabeledText } from '../../text';
import { textKey } from '../../text/datasets/labeled-text';

/** Rows by what makes their texts the same, for the lists of examples that were asked last. */
const known = new WeakMap<readonly LabeledText[], Map<string, number[]>>();

/** Finds the rows of examples that have the same text; a list is read through once. */
export function knownTexts(rows: readonly LabeledText[]): ReadonlyMap<string, readonly number[]> {
  const before = known.get(rows);
  if (before !== undefined) return before;
  const found = new Map<string, number[]>();
  note(found, rows, 0);
  known.set(rows, found);
  return found;
}

function note(found: Map<string, number[]>, rows: readonly LabeledText[], from: number): void {
  for (const [i, { text }] of rows.entries()) {
    const key = textKey(text);
    const places = found.get(key);
    if (places === undefined) found.set(key, [from + i]);
    else places.push(from + i);
  }
}

/** The list with more rows. What is known of it then serves the longer one, and is found anew for the shorter. */
export function withMore<T extends LabeledText>(
  rows: readonly T[],
  added: readonly T[],
): readonly T[] {
  const all = [...rows, ...added];
  const found = known.get(rows);
  if (found === undefined) return all;
  known.delete(rows);
  note(found, added, rows.length);
  known.set(all, found);
  return all;
}
