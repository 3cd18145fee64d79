import type { LabeledText } from '../../text';

/** Texts are the same up to white space and the forms of their characters. */
export const sameText = (text: string): string =>
  text.normalize('NFKC').replace(/\s+/gu, ' ').trim();

/** Rows by what makes their texts the same, for the lists of examples that were asked last. */
const known = new WeakMap<readonly LabeledText[], Map<string, number>>();

/** Finds the row of examples that has the same text; a list is read through once. */
export function knownTexts(rows: readonly LabeledText[]): ReadonlyMap<string, number> {
  const found = known.get(rows) ?? new Map(rows.map(({ text }, row) => [sameText(text), row]));
  known.set(rows, found);
  return found;
}

/** The list with more rows. What is known of it then serves the longer one, and is found anew for the shorter. */
export function withMore(
  rows: readonly LabeledText[],
  added: readonly LabeledText[],
): readonly LabeledText[] {
  const all = [...rows, ...added];
  const found = known.get(rows);
  if (found === undefined) return all;
  known.delete(rows);
  for (const [i, { text }] of added.entries()) found.set(sameText(text), rows.length + i);
  known.set(all, found);
  return all;
}
