import { isPlainObject } from '../../../../check';
import type { TextRow } from '../row-fields';
import type { RefuseAt } from './json-place';

/**
 * The rows of a file of CLINC150 (Stefan Larson et al., "An Evaluation Dataset for Intent Classification and
 * Out-of-Scope Prediction", EMNLP 2019): `{ train: [[text, label], …], oos_train: … }`. The keys are the
 * splits, so that what is out of scope is in splits of its own.
 */
export function* clincRows(value: unknown, refuse: RefuseAt): Generator<TextRow> {
  if (!isPlainObject(value)) return refuse([], 'lists of [text, label] by split', value);
  for (const [split, pairs] of Object.entries(value)) {
    if (!Array.isArray(pairs)) return refuse([split], 'a list of [text, label]', pairs);
    for (const [i, pair] of pairs.entries()) {
      const [text, label, ...rest]: unknown[] = Array.isArray(pair) ? pair : [];
      if (
        typeof text !== 'string' ||
        typeof label !== 'string' ||
        label === '' ||
        rest.length > 0
      ) {
        return refuse([split, i], 'a pair [text, label] of strings', pair);
      }
      yield { text, label, split };
    }
  }
}
