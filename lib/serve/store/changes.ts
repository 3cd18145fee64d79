import { listOf, required, strictVariant, string } from '../../check';
import { exampleCheck } from '../examples/read-examples';
import type { Servable } from '../servable';
import type { AdditionOptions } from '../setup';

/** What can be changed of a classifier, as data: it is sent, written to a journal, and applied again. */
export const changeCheck = strictVariant('type', {
  addExamples: {
    examples: required(listOf(exampleCheck)),
  },
  removeExamples: { texts: required(listOf(string)) },
  removeOwner: { owner: required(string) },
  removeLabel: { label: required(string) },
  renameLabel: { label: required(string), name: required(string) },
});

export type Change = ReturnType<typeof changeCheck>;

/** The change as it is now, checked. @throws ArgumentTypeError or ArgumentRangeError for what is none */
export function changeNow(change: Change): Change {
  return changeCheck(change, 'change', 'change');
}

/** Makes a change. @throws as the classifier's method of the same name */
export function applyChange(
  classifier: Servable,
  change: Change,
  options: AdditionOptions = {},
): Promise<void> {
  const { signal } = options;
  switch (change.type) {
    case 'addExamples':
      return classifier.addExamples(change.examples, options);
    case 'removeExamples':
      return classifier.removeExamples(change.texts, { signal });
    case 'removeOwner':
      return classifier.removeOwner(change.owner, { signal });
    case 'removeLabel':
      return classifier.removeLabel(change.label, { signal });
    case 'renameLabel':
      return classifier.renameLabel(change.label, change.name, { signal });
  }
}
