import { listOf, positiveNumber, stepCount } from '../../check';
import type { Ranked } from './bm25';

const ranking = listOf(listOf(stepCount));

/**
 * One ranking of several, by the sum of reciprocal ranks: a text at rank r of a ranking gets 1 / (k + r). What is
 * high in two rankings comes before what is first in one; scores need not be comparable. Gordon Cormack, Charles
 * Clarke, Stefan Büttcher: Reciprocal Rank Fusion Outperforms Condorcet and Individual Rank Learning Methods, SIGIR
 * 2009.
 *
 *     reciprocalRankFusion([[3, 1, 2], [1, 4]])[0]; // { index: 1, score: 1 / 62 + 1 / 61 }
 *
 * @param rankings places of texts, the best first
 * @param k how little the first ranks stand out. Default: 60
 */
export function reciprocalRankFusion(rankings: readonly (readonly number[])[], k = 60): Ranked[] {
  positiveNumber(k, 'k', 'reciprocalRankFusion');
  const scores = new Map<number, number>();
  for (const places of ranking(rankings, 'rankings', 'reciprocalRankFusion')) {
    for (const [rank, index] of places.entries()) {
      scores.set(index, (scores.get(index) ?? 0) + 1 / (k + rank + 1));
    }
  }
  return [...scores]
    .map(([index, score]) => ({ index, score }))
    .sort((a, b) => b.score - a.score || a.index - b.index);
}
