import { array, positiveInteger } from '../../check';
import { outOfRange } from '../../errors';

/** How good a ranking is, each from 0 to 1. */
export type RankingScores = {
  /**
   * Σ 1 / log₂(rank + 1) over relevant items among the first k, divided by the most that it could be: early hits
   * count more. Kalervo Järvelin and Jaana Kekäläinen: Cumulated Gain-Based Evaluation of IR Techniques, 2002.
   */
  readonly ndcg: number;
  /** The share of the relevant items that is among the first k. */
  readonly recall: number;
  /** 1 / rank of the first relevant item among the first k; 0 if there is none. */
  readonly reciprocalRank: number;
};

/**
 * The scores of the first `k` items of a ranking.
 *
 * @param ranked items by name, the best first
 * @param relevant the names of those that should be found, at least one
 * @throws ArgumentTypeError or ArgumentRangeError for what is no list of items, an item that is ranked twice, or none
 *   that is relevant
 */
export function rankingScores(
  ranked: readonly (string | number)[],
  relevant: readonly (string | number)[],
  k: number,
): RankingScores {
  const operator = 'rankingScores';
  array(ranked, 'items', 'ranked', operator);
  array(relevant, 'items', 'relevant', operator);
  positiveInteger(k, 'k', operator);
  const wanted = new Set(relevant);
  if (wanted.size === 0) throw outOfRange('at least one item', 'relevant', relevant, operator);
  const twice = ranked.find((item, i) => ranked.indexOf(item) !== i);
  if (twice !== undefined) throw outOfRange('each item once', 'ranked', twice, operator);
  const gain = (rank: number): number => 1 / Math.log2(rank + 2);
  const ranks = ranked.slice(0, k).flatMap((item, rank) => (wanted.has(item) ? [rank] : []));
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const most = sum(Array.from({ length: Math.min(k, wanted.size) }, (_, rank) => gain(rank)));
  const [first] = ranks;
  return {
    ndcg: sum(ranks.map(gain)) / most,
    recall: ranks.length / wanted.size,
    reciprocalRank: first === undefined ? 0 : 1 / (first + 1),
  };
}
