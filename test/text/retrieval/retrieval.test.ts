import fc from 'fast-check';
import { Bm25, reciprocalRankFusion } from '../../../lib/text';

test('scores are those of the formula', () => {
  const index = new Bm25(['a b b', 'a c', 'd e f g']);
  const idf = (n: number) => Math.log(1 + (3 - n + 0.5) / (n + 0.5));
  const score = (f: number, length: number) => (f * 2.2) / (f + 1.2 * (0.25 + (0.75 * length) / 3));
  expect(index.search('b')).toEqual([
    { index: 0, score: expect.closeTo(idf(1) * score(2, 3), 12) },
  ]);
  const [first, second] = index.search('A c?');
  expect(first).toEqual({ index: 1, score: expect.closeTo((idf(2) + idf(1)) * score(1, 2), 12) });
  expect(second).toEqual({ index: 0, score: expect.closeTo(idf(2) * score(1, 3), 12) });
  expect(index.search('nothing of it')).toEqual([]);
  expect(new Bm25().search('a')).toEqual([]);
});

test('texts that are added are found as those that were there', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 5 })
    .map((w) => w.join(' '));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), text, (texts, query) => {
      const grown = new Bm25();
      for (const one of texts) grown.add(one);
      expect(grown.search(query)).toEqual(new Bm25(texts).search(query));
    }),
  );
});

test('ranks are fused: what is high in two rankings is before what is first in one', () => {
  expect(
    reciprocalRankFusion([
      [3, 1, 2],
      [1, 4],
    ]),
  ).toEqual([
    { index: 1, score: expect.closeTo(1 / 62 + 1 / 61, 12) },
    { index: 3, score: expect.closeTo(1 / 61, 12) },
    { index: 4, score: expect.closeTo(1 / 62, 12) },
    { index: 2, score: expect.closeTo(1 / 63, 12) },
  ]);
});

test('wrong arguments are refused', () => {
  expect(() => new Bm25(Object('a'))).toThrow(/Expected an array of strings for texts of Bm25/);
  expect(() => new Bm25([], { b: 2 })).toThrow(/Expected a number in \[0, 1\] for b of Bm25/);
  expect(() => new Bm25().search('a', 0)).toThrow(/Expected a positive integer for count/);
  expect(() => reciprocalRankFusion([[-1]])).toThrow(/rankings\[0\]\[0\] of reciprocalRankFusion/);
});
