import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { type QueryTable, queryTable } from '../../../lib/train/metrics/query-table';
import type { QueryPrediction } from '../../../lib/train/report/predictions';

type Scored = { queries: QueryPrediction[]; scores: Record<string, number & number[]> };

/** Predictions of two models, and what scikit-learn makes of them. */
export const fixture: {
  first: Scored;
  second: Scored;
  mcNemar: { alone: [number, number]; p: number };
} = JSON.parse(readFileSync(join(__dirname, '../../fixtures/scores.json'), 'utf8'));

export const OPTIONS = { resamples: 50, seed: 1 };

export const tableOf = (queries: readonly QueryPrediction[]): QueryTable =>
  queryTable(queries, 'test');

/** The predictions of a classifier of two labels, by the true one and the probability of `yes`. */
export function answers(...rows: (readonly ['yes' | 'no' | null, number])[]): QueryPrediction[] {
  return rows.map(([label, yes], row) => ({
    episode: 0,
    row,
    label,
    predicted: yes >= 0.5 ? 'yes' : 'no',
    probabilities: { yes, no: 1 - yes },
  }));
}

/** Queries of up to four episodes with up to three labels, some out of scope, some refused. */
export const anyQueries = fc
  .array(
    fc.record({
      episode: fc.nat(3),
      row: fc.nat(50),
      label: fc.constantFrom('a', 'b', 'c', null),
      predicted: fc.constantFrom('a', 'b', 'c', null),
      weights: fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)),
      ms: fc.nat(9),
      characters: fc.nat(400),
      groups: fc.constantFrom({}, { language: 'en' }, { language: 'de' }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows): QueryPrediction[] =>
    rows.map(({ weights: [a, b, c], ...rest }) => {
      const sum = a + b + c + 1;
      return { ...rest, probabilities: { a: a / sum, b: b / sum, c: (c + 1) / sum } };
    }),
  );
