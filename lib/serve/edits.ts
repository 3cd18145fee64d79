import { string } from '../check';
import { outOfRange } from '../errors';
import { namesOf, requireName } from '../text/datasets/labeled-text';
import { type Example, type LabeledExamples, requireOwner } from './examples/read-examples';

/** Refuses fewer than two labels: there would be nothing to tell apart. */
export function requireTwo(labels: readonly string[], operator: string): void {
  if (labels.length >= 2) return;
  throw outOfRange(
    'examples of at least 2 labels',
    `examples of ${operator}`,
    labels.length,
    operator,
  );
}

export function requireLabel({ labels }: LabeledExamples, label: string, operator: string): void {
  string(label, 'label', operator);
  if (labels.includes(label)) return;
  throw outOfRange('a label of the classifier', `label of ${operator}`, label, operator);
}

/** Refuses a name that another label has, up to case and white space. */
export function requireNewName(labels: readonly string[], label: string, name: string): void {
  string(name, 'name', 'renameLabel');
  const others = labels.filter((one) => one !== label);
  if (others.includes(name)) {
    throw outOfRange('a new name', 'name of renameLabel', name, 'renameLabel');
  }
  requireName(name, namesOf(others), 'renameLabel', 'renameLabel');
}

/**
 * The rows for which `kept` holds, with their places among all, as they would be if the others had never been there:
 * labels stand in the order of their first example.
 */
export function rowsWith(
  { rows: all }: Pick<LabeledExamples, 'rows'>,
  kept: (row: Example) => boolean,
): LabeledExamples & { places: number[] } {
  const places = [...all.keys()].filter((place) => {
    const row = all[place];
    return row !== undefined && kept(row);
  });
  const rows = places.flatMap((place) => all[place] ?? []);
  return { places, rows, labels: labelsOf(rows) };
}

/** The labels of rows, in the order of their first example. */
export const labelsOf = (rows: readonly Example[]): string[] => [
  ...new Set(rows.map(({ label }) => label)),
];

/**
 * The examples of all others than an owner.
 *
 * @throws ArgumentRangeError if nothing is the owner's, or fewer than two labels were left
 */
export function withoutOwner(examples: LabeledExamples, owner: string): LabeledExamples {
  requireOwner(owner, 'the examples', 'removeOwner');
  const { labels, rows } = rowsWith(examples, (row) => row.owner !== owner);
  if (rows.length === examples.rows.length) {
    throw outOfRange('the owner of an example', 'owner of removeOwner', owner, 'removeOwner');
  }
  requireTwo(labels, 'removeOwner');
  return { labels, rows };
}
