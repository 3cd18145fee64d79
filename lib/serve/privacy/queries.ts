import { listOf, nullable, optional, recordOf, required, strictObject, string } from '../../check';
import type { QueryPrediction } from '../../train';
import type { Servable } from '../servable';

const rowCheck = strictObject({
  text: required(string),
  /** Null for a text that is of none of the labels. */
  label: required(nullable(string)),
  /** What groups the text belongs to: `{ region: 'north' }`. */
  groups: optional(recordOf(string)),
});

/** A text that is not an example, with its label and groups. */
export type QueryRow = {
  readonly text: string;
  readonly label: string | null;
  readonly groups?: Readonly<Record<string, string>> | undefined;
};

const AT_ONCE = 256;

/**
 * What a classifier answers to texts whose labels are known, for reports and fairness:
 *
 *     const queries = await queriesOf(classifier, rows);
 *     report(queries); // accuracy, calibration, groups with gaps
 *     fairness(queries, { group: 'region', label: 'loan' });
 *
 * Rows with labels that the classifier does not have count as out of scope.
 */
export async function queriesOf(
  classifier: Pick<Servable, 'labels' | 'predict'>,
  rows: readonly QueryRow[],
): Promise<QueryPrediction[]> {
  const read = listOf(rowCheck)(rows, 'rows', 'queriesOf');
  const queries: QueryPrediction[] = [];
  for (let from = 0; from < read.length; from += AT_ONCE) {
    const part = read.slice(from, from + AT_ONCE);
    const predictions = await classifier.predict(part.map(({ text }) => text));
    for (const [i, { label: predicted, probabilities, nearest }] of predictions.entries()) {
      const { text = '', label = null, groups } = part[i] ?? {};
      queries.push({
        episode: 0,
        row: from + i,
        text,
        label: label !== null && classifier.labels.includes(label) ? label : null,
        predicted,
        probabilities,
        nearest: [...nearest],
        ...(groups && { groups }),
      });
    }
  }
  return queries;
}
