import { outOfRange } from '../../errors';
import type { LabeledText } from '../../text';
import { labelsOf, requireLabel, requireNewName, requireTwo, rowsWith } from '../edits';
import { withMore } from '../examples/known-texts';
import {
  type Example,
  type ExamplesInput,
  type LabeledExamples,
  readExamples,
} from '../examples/read-examples';
import { type ClassifierLimits, requireWithin } from '../limits';

/** The examples and more, of labels old or new. */
export function withExamples(
  known: LabeledExamples,
  examples: ExamplesInput,
  limits: ClassifierLimits | undefined,
): LabeledExamples {
  const { rows: added, labels } = readExamples(examples, 'addExamples', known);
  const counts = { labels: labels.length, examples: known.rows.length + added.length };
  requireWithin(limits, counts, 'addExamples');
  return { labels, rows: withMore(known.rows, added) };
}

/** The examples but those of some texts. */
export function withoutExamples(known: LabeledExamples, texts: readonly string[]): LabeledExamples {
  const there = new Set(known.rows.map(({ text }) => text));
  const stranger = texts.find((text) => !there.has(text));
  if (stranger !== undefined) {
    throw outOfRange('texts of examples', 'texts of removeExamples', stranger);
  }
  const gone = new Set(texts);
  return atLeastTwo(known, ({ text }) => !gone.has(text), 'removeExamples');
}

/** The examples of all labels but one. */
export function withoutLabel(known: LabeledExamples, label: string): LabeledExamples {
  requireLabel(known, label, 'removeLabel');
  return atLeastTwo(known, (row) => row.label !== label, 'removeLabel');
}

/** The examples with another name for a label. */
export function withNewName(known: LabeledExamples, label: string, name: string): LabeledExamples {
  requireLabel(known, label, 'renameLabel');
  requireNewName(known.labels, label, name);
  const renamed = (one: string) => (one === label ? name : one);
  return {
    labels: known.labels.map(renamed),
    rows: known.rows.map((row) => ({ ...row, label: renamed(row.label) })),
  };
}

function atLeastTwo(
  known: LabeledExamples,
  kept: (row: Example) => boolean,
  operator: string,
): LabeledExamples {
  const { labels, rows } = rowsWith(known, kept);
  requireTwo(labels, operator);
  return { labels, rows };
}

/** Labels in the order of their first example, which is that of the learner's outputs. */
export function inOrder({ rows }: LabeledExamples): LabeledExamples {
  return { labels: labelsOf(rows), rows };
}

/** The rows without their owners, whom no learner needs to know. */
export function bare({ rows }: LabeledExamples): LabeledText[] {
  return rows.map(({ text, label }) => ({ text, label }));
}
