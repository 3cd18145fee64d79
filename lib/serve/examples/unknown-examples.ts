import { warnOf } from '../../warnings';
import type { Core } from '../core';

/** Warns of examples, from a row on, of which the encoder knows no token: their vectors say nothing. */
export function warnOfUnknownExamples({ known }: Core, encoder: string, from = 0): void {
  const added = known.subarray(from);
  const unknown = added.filter((one) => one === 0).length;
  if (unknown === 0) return;
  const message = `Expected a token that ${encoder} knows in every example but received ${unknown} of ${added.length} without one; see unknownExamples of the classifier`;
  warnOf('METATORCH_UNKNOWN_EXAMPLES', message);
}
