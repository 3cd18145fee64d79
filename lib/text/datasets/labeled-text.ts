import { array } from '../../check';
import { invalidArgument } from '../../errors';
import type { LabeledText } from './dataset';

/** @throws ArgumentTypeError that says which, if `rows` is not an array of texts with labels */
export function requireLabeledTexts(
  rows: readonly LabeledText[],
  name: string,
  operator: string,
): void {
  array(rows, 'texts with labels', name, operator);
  for (const [i, row] of rows.entries()) {
    for (const key of ['text', 'label'] as const) {
      const value: unknown = row?.[key];
      if (typeof value !== 'string') {
        throw invalidArgument('a string', `${name}[${i}].${key}`, value, operator);
      }
    }
  }
}
