import { string } from '../check';
import { outOfRange } from '../errors';
import {
  type Example,
  type LabeledExamples,
  namesOf,
  requireName,
  requireOwner,
} from './examples/read-examples';

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

/** The rows for which `kept` holds, with their places among all, and the labels that are left. */
export function rowsWith(
  { labels, rows }: LabeledExamples,
  kept: (row: Example) => boolean,
): LabeledExamples & { places: number[] } {
  const pairs = [...rows.entries()].filter(([, row]) => kept(row));
  const left = new Set(pairs.map(([, { label }]) => label));
  return {
    places: pairs.map(([place]) => place),
    rows: pairs.map(([, row]) => row),
    labels: labels.filter((label) => left.has(label)),
  };
}

/**
 * The examples of all others than an owner, as they would be if those had never been there: labels stand in the
 * order of their first example.
 *
 * @throws ArgumentRangeError if nothing is the owner's, or fewer than two labels were left
 */
export function withoutOwner({ rows }: LabeledExamples, owner: string): LabeledExamples {
  requireOwner(owner, 'the examples', 'removeOwner');
  const kept = rows.filter((row) => row.owner !== owner);
  if (kept.length === rows.length) {
    throw outOfRange('the owner of an example', 'owner of removeOwner', owner, 'removeOwner');
  }
  const labels = [...new Set(kept.map(({ label }) => label))];
  requireTwo(labels, 'removeOwner');
  return { labels, rows: kept };
}
