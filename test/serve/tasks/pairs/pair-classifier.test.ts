import { ArgumentRangeError, ArgumentTypeError } from '../../../../lib/errors';
import { PairClassifier, type PairExample } from '../../../../lib/serve';
import { comparedTexts } from '../../../../lib/serve/tasks/pairs/compared-texts';
import { loadEncoderSync, loadIntents, type SentenceEncoder } from '../../../../lib/text';
import { torch } from '../../../../lib/torch';
import { settledTensors } from '../../../helpers/garbage';

let encoder: SentenceEncoder;
beforeAll(() => {
  encoder = loadEncoderSync();
});
afterAll(() => encoder.dispose());

const examples: PairExample[] = [
  { first: 'I lost my card', second: 'my card is gone', label: 'same' },
  { first: 'how do I add money', second: 'where can I top up', label: 'same' },
  { first: 'my parcel is late', second: 'the delivery has not come yet', label: 'same' },
  { first: 'I lost my card', second: 'my parcel is late', label: 'different' },
  { first: 'how do I add money', second: 'the app crashes', label: 'different' },
  { first: 'what is the exchange rate', second: 'my card is gone', label: 'different' },
];

test('tells pairs of texts that it has not seen, with the example they are most like', async () => {
  using classifier = await PairClassifier.fit(encoder, examples);
  expect(classifier.labels).toEqual(['same', 'different']);
  const [alike, apart, own] = await classifier.predict([
    { first: 'the app does not start', second: 'I cannot open the app' },
    { first: 'the app does not start', second: 'do you deliver on Sundays' },
    { first: 'I lost my card', second: 'my card is gone' },
  ]);
  expect([alike?.label, apart?.label]).toEqual(['same', 'different']);
  expect(alike?.similarity).toBeGreaterThan(apart?.similarity ?? 1);
  expect(own?.nearest).toMatchObject(examples[0] ?? {});
  expect(own?.nearest.similarity).toBeCloseTo(1, 4);
  const sum = Object.values(alike?.probabilities ?? {}).reduce((a, b) => a + b, 0);
  expect(sum).toBeCloseTo(1, 9);
  expect(await classifier.predict([])).toEqual([]);
});

test('probabilities are about as great as the share that is right', async () => {
  const intents = loadIntents();
  const texts = intents.classes.map((label) => intents.examples(label));
  const pairsOf = (from: number, to: number): PairExample[] =>
    texts.slice(from, to).flatMap((own, i) => {
      const other = texts[from + ((i + 5) % (to - from))] ?? [];
      return [0, 2, 4].flatMap((k) => [
        { first: own[k] ?? '', second: own[k + 1] ?? '', label: 'same' },
        { first: own[k] ?? '', second: other[k + 1] ?? '', label: 'different' },
      ]);
    });
  const others = pairsOf(10, 30);
  using classifier = await PairClassifier.fit(encoder, pairsOf(0, 10));
  const found = await classifier.predict(others);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const right = mean(found.map(({ label }, i) => Number(label === others[i]?.label)));
  expect(right).toBeGreaterThan(0.65);
  expect(Math.abs(mean(found.map(({ probability }) => probability)) - right)).toBeLessThan(0.12);
});

test('says where the encoder knows no token of a text, as of Chinese', async () => {
  using classifier = await PairClassifier.fit(encoder, examples);
  const found = await classifier.predict([
    { first: '猫', second: '狗' },
    { first: 'a cat', second: '狗' },
    { first: 'a cat', second: 'a dog' },
  ]);
  expect(found.map(({ known }) => known)).toEqual([false, false, true]);
});

test('the order of two texts, and of the examples, means nothing; with `ordered` that of the texts does', async () => {
  const pair = { first: 'is it open today', second: 'yes, until six' };
  const turned = { first: pair.second, second: pair.first };
  using plain = await PairClassifier.fit(encoder, examples);
  using again = await PairClassifier.fit(encoder, examples.toReversed());
  const [a, b] = await plain.predict([pair, turned]);
  const [c] = await again.predict([pair]);
  expect(a?.probabilities['same']).toBeCloseTo(b?.probabilities['same'] ?? 0, 5);
  expect(a?.probabilities['same']).toBeCloseTo(c?.probabilities['same'] ?? 0, 2);
  const answers = examples.map(({ first, second }) => ({ first, second, label: 'right order' }));
  const wrong = answers.map(({ first, second }) => ({
    first: second,
    second: first,
    label: 'wrong order',
  }));
  using ordered = await PairClassifier.fit(encoder, [...answers, ...wrong], { ordered: true });
  const found = await ordered.predict(answers);
  expect(found.map(({ label }) => label)).toEqual(answers.map(({ label }) => label));
});

test('features are what two texts have in common', async () => {
  const comparison = { encoder, map: undefined, ordered: false };
  const pairs = [
    { first: 'one two three', second: 'one two four' },
    { first: 'same words', second: 'same words' },
  ];
  const { x, cosines } = await comparedTexts(comparison, pairs);
  expect(x.shape).toEqual([2, 2 * encoder.dimensions + 4]);
  const [first, second] = x.narrow(1, 0, 4).tolist() as number[][];
  // Cosines count 4, overlaps 2: two of four words.
  expect(first?.[2]).toBeCloseTo(1, 6);
  expect(first?.[0]).toBeCloseTo(4 * Number(cosines.select(0, 0).item()), 5);
  for (const [i, value] of [4, 4, 2, 2].entries()) expect(second?.[i]).toBeCloseTo(value, 4);
  x.dispose();
  cosines.dispose();
});

test('refuses what is not pairs, keeps nothing, and can be stopped', async () => {
  const fitted = (given: unknown, options = {}) =>
    PairClassifier.fit(encoder, Object(given), options);
  await expect(fitted([{ first: 'a', label: 'x' }])).rejects.toThrow(ArgumentTypeError);
  await expect(fitted([{ first: 'a', second: ' ', label: 'x' }])).rejects.toThrow(
    /a text with something in it for examples\[0\].second of PairClassifier.fit/,
  );
  await expect(fitted([{ first: 'a', second: 'b', label: '' }])).rejects.toThrow(
    'a name for the label of examples[0]',
  );
  const twins = [
    { first: 'a', second: 'b', label: 'same' },
    { first: 'a', second: 'c', label: 'Same' },
  ];
  await expect(fitted(twins)).rejects.toThrow(/labels that differ in more than case/);
  await expect(fitted(examples.slice(0, 3))).rejects.toThrow(ArgumentRangeError);
  await expect(fitted(examples, { order: true })).rejects.toThrow(/order/);
  await expect(PairClassifier.fit(Object({}), examples)).rejects.toThrow(/a SentenceEncoder/);
  const before = await settledTensors();
  const signal = AbortSignal.abort(new Error('stop'));
  await expect(fitted(examples, { signal })).rejects.toThrow('stop');
  const classifier = await fitted(examples);
  await classifier.predict(examples.map(({ first, second }) => ({ first, second })));
  classifier.dispose();
  expect(torch.memory().tensors).toBe(before);
  await expect(classifier.predict([{ first: 'a', second: 'b' }])).rejects.toMatchObject({
    code: 'ERR_TORCH_DISPOSED',
  });
});
