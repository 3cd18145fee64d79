import fc from 'fast-check';
import { ArgumentRangeError, ArgumentTypeError } from '../../../../lib/errors';
import { datasheet } from '../../../../lib/text/datasets/sheet/datasheet';
import { nearDuplicates } from '../../../../lib/text/datasets/sheet/near-duplicates';

const ROWS = [
  { text: 'where is my card', label: 'arrival', split: 'train', line: 2 },
  { text: 'Where is  my card', label: 'arrival', split: 'train', line: 3 },
  { text: 'where is my card', label: 'lost', split: 'test', line: 4 },
  { text: 'freeze it', label: 'lost', split: 'train', line: 5 },
  { text: ' ', label: 'lost', split: 'test', line: 6 },
];

test('counts classes by split, repetitions, overlaps and empty texts', () => {
  expect(datasheet(ROWS)).toMatchObject({
    rows: 5,
    splits: { train: 3, test: 2 },
    classes: [
      { label: 'arrival', bySplit: { train: 2 } },
      { label: 'lost', bySplit: { train: 1, test: 2 } },
    ],
    empty: 1,
    duplicates: 1,
    overlaps: [{ splits: ['train', 'test'], texts: 1 }],
    words: { least: 0, median: 4, p95: 4, most: 4 },
    characters: { least: 1, median: 16, p95: 17, most: 17 },
  });
  expect(datasheet([{ text: 'x', label: 'a' }]).splits).toEqual({ all: 1 });
});

test('finds the same text under two labels, and nearly the same one', () => {
  const rows = [
    ...ROWS,
    { text: 'please tell me now where is my new card today', label: 'arrival' },
    { text: 'please tell me now where is my new card tonight', label: 'lost' },
  ];
  const { suspects, suspectCount } = datasheet(rows, { similarity: 0.7 });
  expect(suspectCount).toBe(2);
  expect(suspects[0]).toEqual({
    texts: ['where is my card', 'where is my card'],
    labels: ['arrival', 'lost'],
    splits: ['train', 'test'],
    lines: [2, 4],
    similarity: 1,
  });
  expect(suspects[1]?.labels).toEqual(['arrival', 'lost']);
  expect(datasheet(rows, { similarity: 0.7, most: 1 })).toMatchObject({ suspectCount: 2 });
  expect(datasheet(rows, { most: 0 }).suspects).toEqual([]);
});

test('finds the same text under two labels however common its words are', () => {
  const common = Array.from({ length: 100 }, (_, i) => ({ text: `yes ${i}`, label: 'a' }));
  const { suspects } = datasheet([
    ...common,
    { text: 'yes', label: 'a' },
    { text: 'Yes', label: 'b' },
  ]);
  expect(suspects).toMatchObject([{ texts: ['yes', 'Yes'], labels: ['a', 'b'], similarity: 1 }]);
});

test('near duplicates are those of a comparison of all with all', () => {
  const word = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const text = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));
  const shingles = (of: string) => {
    const words = of.split(' ');
    return new Set([...words, ...words.slice(1).map((one, i) => `${words[i]} ${one}`)]);
  };
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
      const expected = texts.flatMap((b, j) =>
        texts.slice(0, j).flatMap((a, i) => {
          const [x, y] = [shingles(a), shingles(b)];
          const shared = [...x].filter((one) => y.has(one)).length;
          return shared / (x.size + y.size - shared) >= 0.5 ? [[i, j]] : [];
        }),
      );
      const found = nearDuplicates(texts, 0.5).map(({ a, b }) => [a, b]);
      expect(found.sort()).toEqual(expected.sort());
    }),
  );
});

test('refuses what is not rows, none, and wrong options', () => {
  expect(() => datasheet([])).toThrow(ArgumentRangeError);
  expect(() => Reflect.apply(datasheet, undefined, [[{ text: 1, label: 'a' }]])).toThrow(
    'rows[0].text',
  );
  const row = { text: 'a', label: 'a', split: 1n };
  expect(() => Reflect.apply(datasheet, undefined, [[row]])).toThrow(
    'Expected a string for rows[0].split of datasheet but received bigint 1n',
  );
  expect(() => Reflect.apply(datasheet, undefined, ['rows'])).toThrow(ArgumentTypeError);
  expect(() => datasheet(ROWS, { similarity: 2 })).toThrow(ArgumentRangeError);
});
