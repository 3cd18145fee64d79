import type { HeadName } from '../heads';
import type { Chosen } from './service';

/** What a client learns of a classifier. */
export type Description = {
  name: string;
  labels: { label: string; examples: number }[];
  examples: number;
  head: HeadName;
  heldOutAccuracy: number | null;
};

export function description({ name, classifier }: Chosen): Description {
  const counts = new Map(classifier.labels.map((label) => [label, 0]));
  for (const { label } of classifier.examples) counts.set(label, (counts.get(label) ?? 0) + 1);
  return {
    name,
    labels: [...counts].map(([label, examples]) => ({ label, examples })),
    examples: classifier.examples.length,
    head: classifier.head,
    heldOutAccuracy: classifier.heldOutAccuracy,
  };
}
