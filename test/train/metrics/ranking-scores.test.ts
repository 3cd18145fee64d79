import fc from 'fast-check';
import { ArgumentRangeError, ArgumentTypeError } from '../../../lib/errors';
import { rankingScores } from '../../../lib/train';

test('early hits count more', () => {
  const { ndcg, recall, reciprocalRank } = rankingScores(['a', 'b', 'c', 'd'], ['b', 'd', 'e'], 3);
  // b at rank 2; the best would be three hits.
  const best = 1 + 1 / Math.log2(3) + 1 / Math.log2(4);
  expect(ndcg).toBeCloseTo(1 / Math.log2(3) / best, 12);
  expect(recall).toBeCloseTo(1 / 3, 12);
  expect(reciprocalRank).toBe(1 / 2);
});

test('all relevant items first is 1, none is 0', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer(), { minLength: 2 }), fc.nat(), (items, cut) => {
      const relevant = items.slice(0, 1 + (cut % (items.length - 1)));
      const others = items.slice(relevant.length);
      const scores = rankingScores([...relevant, ...others], relevant, items.length);
      expect(scores.ndcg).toBeCloseTo(1, 9);
      expect(scores.recall).toBe(1);
      expect(rankingScores(others, relevant, 3)).toEqual({ ndcg: 0, recall: 0, reciprocalRank: 0 });
    }),
  );
});

test('refuses nothing relevant, items twice and wrong arguments', () => {
  expect(() => rankingScores(['a'], [], 1)).toThrow(ArgumentRangeError);
  expect(() => rankingScores(['a', 'a'], ['a'], 1)).toThrow(ArgumentRangeError);
  expect(() => rankingScores(['a'], ['a'], 0)).toThrow(ArgumentRangeError);
  expect(() => rankingScores('a' as never, ['a'], 1)).toThrow(ArgumentTypeError);
});
