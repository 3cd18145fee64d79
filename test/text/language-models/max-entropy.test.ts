import { text, torch, train } from '../../../lib';

const TEXTS = ['a b', 'a b', 'a c', 'b a'];

test('starts as uniform', () => {
  using model = text.maxEntropyModel(TEXTS, { minCount: 1 });
  // <unk>, </s>, a, b, c
  expect(text.perplexity(model, TEXTS).perplexity).toBeCloseTo(5, 4);
});

test('logits are sums of the features that end in the word', () => {
  using model = text.maxEntropyModel(['a b', 'c'], { minCount: 1, order: 3 });
  const { vocabulary } = model.words;
  // In the order of the texts, by history: <s> a, <s> c; a b; <s>a b; b </s>; ab </s>; c </s>; <s>c </s>.
  expect(model.params.ngrams.shape).toEqual([8]);
  const words = torch.arange(0, vocabulary.size).mul(0.1);
  const ngrams = torch.arange(1, 9).mul(0.01);
  using other = model.withParams({ words, ngrams });
  const expectAfter = (history: string[], added: { [word: string]: number }) => {
    const own = ['<unk>', '</s>', 'a', 'b', 'c'];
    const logits = own.map((word) => 0.1 * vocabulary.id(word) + (added[word] ?? 0));
    const sum = Math.log(logits.reduce((total, value) => total + Math.exp(value), 0));
    const found = other.distribution(history);
    own.forEach((word, i) => {
      expect(found[vocabulary.id(word)]).toBeCloseTo((logits[i] ?? 0) - sum, 5);
    });
  };
  expectAfter(['x'], {});
  expectAfter([], { a: 0.01, c: 0.02 });
  expectAfter(['a'], { b: 0.03 + 0.04 });
  expectAfter(['x', 'a'], { b: 0.03 });
  expectAfter(['a', 'b'], { '</s>': 0.05 + 0.06 });
});

test('once trained it expects each n-gram as often as the texts have it', async () => {
  using fresh = text.maxEntropyModel(TEXTS, { minCount: 1, order: 2 });
  using model = await train.trainLanguageModel(fresh, TEXTS, {
    steps: 600,
    learningRate: 0.2,
    weightDecay: 0,
    batchSize: 4,
    maxNorm: 100,
  });
  const p = (history: string[], next: string) =>
    Math.exp(model.distribution(history)[model.words.vocabulary.id(next)] ?? 0);
  expect(p(['a'], 'b')).toBeCloseTo(2 / 4, 2);
  expect(p(['a'], 'c')).toBeCloseTo(1 / 4, 2);
  expect(p(['a'], '</s>')).toBeCloseTo(1 / 4, 2);
  expect(p([], 'a')).toBeCloseTo(3 / 4, 2);
  const sum = [...model.distribution(['b'])].reduce((total, value) => total + Math.exp(value), 0);
  expect(sum).toBeCloseTo(1, 6);
  expect(text.perplexity(fresh, TEXTS).perplexity).toBeCloseTo(5, 4);
});

test('rare n-grams are left out if asked for', () => {
  const count = (minFeatureCount: number) =>
    text.maxEntropyModel(TEXTS, { minCount: 1, order: 2, minFeatureCount }).params.ngrams.numel();
  // <s>a 3, ab 2, b</s> 2, ac, c</s>, <s>b, ba, a</s>
  expect([count(1), count(2), count(3)]).toEqual([8, 3, 1]);
});
