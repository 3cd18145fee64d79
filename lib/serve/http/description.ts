import type { LabeledText } from '../../text';
import type { Chosen } from './service';

/** Enough to see what is wrong with them. */
const MOST_UNKNOWN = 10;

/** What a client learns of a classifier. */
export type Description = {
  name: string;
  labels: { label: string; examples: number }[];
  examples: number;
  /** The first of those that the encoder knows no token of. */
  unknownExamples: readonly LabeledText[];
  /** What tells labels apart: a head, or a learner. */
  head: string;
  heldOutAccuracy: number | null;
};

export function description({ name, classifier }: Chosen): Description {
  const counts = new Map(classifier.labels.map((label) => [label, 0]));
  for (const { label } of classifier.examples) counts.set(label, (counts.get(label) ?? 0) + 1);
  return {
    name,
    labels: [...counts].map(([label, examples]) => ({ label, examples })),
    examples: classifier.examples.length,
    unknownExamples: classifier.unknownExamples.slice(0, MOST_UNKNOWN),
    head: classifier.head,
    heldOutAccuracy: classifier.heldOutAccuracy,
  };
}
