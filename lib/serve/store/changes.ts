import { z } from 'zod';
import type { FewShotClassifier } from '../few-shot-classifier';
import type { AdditionOptions } from '../setup';

/** What can be changed of a classifier, as data: it is sent, written to a journal, and applied again. */
export const changeSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('addExamples'),
    examples: z.array(z.strictObject({ text: z.string(), label: z.string() })),
  }),
  z.strictObject({ type: z.literal('removeExamples'), texts: z.array(z.string()) }),
  z.strictObject({ type: z.literal('removeLabel'), label: z.string() }),
  z.strictObject({ type: z.literal('renameLabel'), label: z.string(), name: z.string() }),
]);

export type Change = z.infer<typeof changeSchema>;

/** Makes a change. @throws as the classifier's method of the same name */
export function applyChange(
  classifier: FewShotClassifier,
  change: Change,
  options: AdditionOptions = {},
): Promise<void> {
  const { signal } = options;
  switch (change.type) {
    case 'addExamples':
      return classifier.addExamples(change.examples, options);
    case 'removeExamples':
      return classifier.removeExamples(change.texts, { signal });
    case 'removeLabel':
      return classifier.removeLabel(change.label, { signal });
    case 'renameLabel':
      return classifier.renameLabel(change.label, change.name, { signal });
  }
}
