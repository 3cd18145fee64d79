import fc from 'fast-check';
import { ratingScores } from '../../../lib/train';

test('the mean absolute error and the correlation of ranks, by hand', () => {
  const { mae, spearman } = ratingScores([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]);
  expect(mae).toBeCloseTo(4 / 5, 12);
  // 1 − 6 Σd² / (n (n² − 1)) with Σd² = 4
  expect(spearman).toBeCloseTo(1 - 24 / 120, 12);
});

test('equal values share the mean of their ranks', () => {
  // scipy.stats.spearmanr([1, 2, 2, 4], [1, 3, 2, 4]) = 0.9486832980505139
  expect(ratingScores([1, 2, 2, 4], [1, 3, 2, 4]).spearman).toBeCloseTo(0.9486832980505139, 12);
});

test('what is all the same ranks nothing', () => {
  expect(ratingScores([3, 3, 3], [1, 2, 3])).toEqual({ mae: 1, spearman: null });
  expect(ratingScores([3], [1])).toEqual({ mae: 2, spearman: null });
});

test('ranks do not change under a growing function', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })), {
        minLength: 2,
        maxLength: 20,
      }),
      (pairs) => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        const before = ratingScores(a, b).spearman;
        const after = ratingScores(
          a.map((x) => Math.exp(x)),
          b,
        ).spearman;
        if (before === null) expect(after).toBeNull();
        else expect(after).toBeCloseTo(before, 9);
      },
    ),
  );
});

test('refuses what cannot be compared', () => {
  expect(() => ratingScores([], [])).toThrow('at least one rating');
  expect(() => ratingScores([1], [1, 2])).toThrow('2 numbers, as in right,');
  expect(() => ratingScores([Number.NaN], [1])).toThrow('a finite number');
});
