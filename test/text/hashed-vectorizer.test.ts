import fc from 'fast-check';
import { ArgumentRangeError, ArgumentTypeError } from '../../lib/errors';
import { HashedVectorizer, joinedVectorizer } from '../../lib/text';
import { torch } from '../../lib/torch';

const rowsOf = (vectorizer: HashedVectorizer, texts: readonly string[]): number[][] =>
  torch.scope(() => vectorizer.vectorize(texts).tolist() as number[][]);

const cosine = (a: readonly number[] = [], b: readonly number[] = []): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

test('a text with words has the length 1, one without has none', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-zäöé ]{1,30}$/), { maxLength: 5 }), (texts) => {
      for (const [i, row] of rowsOf(new HashedVectorizer({ dimensions: 512 }), texts).entries()) {
        const length = Math.sqrt(cosine(row, row));
        // Features that meet may cancel each other, and then nothing is left.
        if (texts[i]?.trim() === '') expect(length).toBe(0);
        else expect([0, 1]).toContain(Number(length.toFixed(4)));
      }
    }),
    { numRuns: 30 },
  );
});

test('texts that share words or parts of words are alike, others are not', () => {
  const [a, order, part, other] = rowsOf(new HashedVectorizer(), [
    'the weather is fine',
    'fine is the weather',
    'weatherproof',
    'zehn Züge',
  ]);
  expect(cosine(a, order)).toBeGreaterThan(0.6);
  expect(cosine(a, order)).toBeLessThan(1);
  expect(cosine(a, part)).toBeGreaterThan(0.1);
  expect(Math.abs(cosine(a, other))).toBeLessThan(0.1);
});

test('words alone know no parts of words, characters alone no words', () => {
  const words = rowsOf(new HashedVectorizer({ characters: false }), ['weather', 'weathers']);
  expect(cosine(words[0], words[1])).toBe(0);
  const characters = rowsOf(new HashedVectorizer({ words: false }), ['weather', 'weathers']);
  expect(cosine(characters[0], characters[1])).toBeGreaterThan(0.5);
});

test('what a text becomes does not depend on the texts beside it', () => {
  const vectorizer = new HashedVectorizer({ dimensions: 256 });
  expect(rowsOf(vectorizer, ['x', 'selamat pagi'])[1]).toEqual(
    rowsOf(vectorizer, ['selamat pagi'])[0],
  );
});

test('refuses wrong options', () => {
  expect(() => new HashedVectorizer({ shortest: 3, longest: 2 })).toThrow(ArgumentRangeError);
  expect(() => new HashedVectorizer({ words: false, characters: false })).toThrow(
    ArgumentRangeError,
  );
  expect(() => new HashedVectorizer({ dimensions: 0 })).toThrow(ArgumentRangeError);
  expect(() => new HashedVectorizer({ buckets: 3 } as never)).toThrow(ArgumentTypeError);
  expect(() => new HashedVectorizer().vectorize('x' as never)).toThrow(ArgumentTypeError);
});

test('joined vectorizers stand side by side', () => {
  const [a, b] = [new HashedVectorizer({ dimensions: 8 }), new HashedVectorizer({ dimensions: 5 })];
  const joined = joinedVectorizer([a, b]);
  torch.scope(() => {
    const x = joined.vectorize(['good morning', 'good night']);
    expect(x.shape).toEqual([2, 13]);
    expect(x.narrow(1, 0, 8).tolist()).toEqual(
      a.vectorize(['good morning', 'good night']).tolist(),
    );
    expect(x.narrow(1, 8, 5).tolist()).toEqual(
      b.vectorize(['good morning', 'good night']).tolist(),
    );
  });
  expect(joined.lengths(['a', 'b'])).toEqual([1, 1]);
  expect(() => joinedVectorizer([])).toThrow(ArgumentRangeError);
  expect(() => joinedVectorizer([{} as never])).toThrow(ArgumentTypeError);
});
