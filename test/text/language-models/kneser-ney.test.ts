import fc from 'fast-check';
import { text } from '../../../lib';

const sumOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + Math.exp(value), 0);

const word = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const line = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));

test('the probabilities after every history sum to 1', () => {
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 2 }),
      fc.array(fc.oneof(word, fc.constant('unseen')), { maxLength: 5 }),
      (texts, order, minCount, history) => {
        const model = text.kneserNey(texts, { order, minCount });
        const p = model.distribution(history);
        expect(sumOf(p)).toBeCloseTo(1, 10);
        expect(p.filter((value) => value === -Infinity)).toHaveLength(2);
      },
    ),
    { numRuns: 200 },
  );
});

test('every history of the texts themselves sums to 1 as well', () => {
  const texts = ['a b a b c', 'a b d', 'c a b', 'd d d', ''];
  for (const order of [1, 2, 3, 4]) {
    const model = text.kneserNey(texts, { order, minCount: 1 });
    for (const own of texts) {
      const words = own.split(' ').filter(Boolean);
      for (let i = 0; i <= words.length; i++) {
        expect(sumOf(model.distribution(words.slice(0, i)))).toBeCloseTo(1, 12);
      }
    }
  }
});

test('two words at a time, by hand', () => {
  // <s> a b </s>, <s> a c </s>, <s> b a </s>, <s> a b </s>
  const model = text.kneserNey(['a b', 'a c', 'b a', 'a b'], { order: 2, minCount: 1 });
  // Pairs: <s>a 3, <s>b 1, ab 2, ac 1, ba 1, b</s> 2, c</s> 1, a</s> 1: five once, two twice.
  const d2 = 5 / (5 + 2 * 2);
  // Different words before: a 2 (<s>, b), b 2 (<s>, a), c 1, </s> 3 (a, b, c), 8 in all; one once, two twice.
  const d1 = 1 / (1 + 2 * 2);
  // Next can be <unk>, </s>, a, b, c.
  const one = (count: number) => (Math.max(count - d1, 0) + d1 * 4 * (1 / 5)) / 8;
  const after = (count: number, below: number, total: number, types: number) =>
    (Math.max(count - d2, 0) + d2 * types * below) / total;
  const p = (history: string[], next: string) =>
    Math.exp(model.distribution(history)[model.words.vocabulary.id(next)] ?? 0);
  expect(p(['a'], 'b')).toBeCloseTo(after(2, one(2), 4, 3), 12);
  expect(p(['a'], 'c')).toBeCloseTo(after(1, one(1), 4, 3), 12);
  expect(p(['a'], 'a')).toBeCloseTo(after(0, one(2), 4, 3), 12);
  expect(p([], 'a')).toBeCloseTo(after(3, one(2), 4, 2), 12);
  expect(p(['c'], '</s>')).toBeCloseTo(after(1, one(3), 1, 1), 12);
  // A word that was never seen has no followers: single words decide.
  expect(p(['x'], 'b')).toBeCloseTo(one(2), 12);
  expect(p(['a'], '<unk>')).toBeCloseTo(after(0, one(0), 4, 3), 12);
});

test('the beginnings of texts count as often as they come, below the longest n-grams too', () => {
  const texts = ['a b', 'a b', 'a c', 'b c'];
  const model = text.kneserNey(texts, { order: 3, minCount: 1 });
  const p = (next: string) =>
    Math.exp(model.distribution([])[model.words.vocabulary.id(next)] ?? 0);
  expect(p('a')).toBeGreaterThan(2 * p('b'));
});

test('what was read is likelier than what was not, and its perplexity is lower', () => {
  const texts = Array.from({ length: 40 }, (_, i) => `where is my ${i % 2 ? 'card' : 'money'} now`);
  const model = text.kneserNey(texts);
  const { perplexity, tokens, unknown } = text.perplexity(model, ['where is my card now']);
  expect({ tokens, unknown }).toEqual({ tokens: 6, unknown: 0 });
  expect(perplexity).toBeLessThan(1.3);
  expect(text.perplexity(model, ['now my where']).perplexity).toBeGreaterThan(5);
});

test('refuses wrong options', () => {
  expect(() => text.kneserNey(['a'], { order: 0 })).toThrow(/an integer from 1 to 100 for order/);
  expect(() => text.kneserNey(['a'], { n: 3 } as never)).toThrow(/Unknown option n/);
  expect(() => text.kneserNey([])).toThrow(/at least one text/);
  expect(() => text.kneserNey('text' as never)).toThrow(/an array of strings/);
});
