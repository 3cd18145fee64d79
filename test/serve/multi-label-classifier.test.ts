import { join } from 'node:path';
import { EncoderPool, FewShotClassifier } from '../../lib/serve';
import { loadIntents } from '../../lib/text';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
const EXAMPLES = {
  card: ['I lost my card', 'my card is gone', 'my card was stolen and I want my money back'],
  refund: [
    'please give me a refund',
    'I want my money back',
    'my card was stolen and I want my money back',
  ],
  weather: ['will it rain tomorrow', 'how warm is it outside', 'is it going to snow'],
};

let pool: EncoderPool;
beforeAll(async () => {
  pool = await EncoderPool.start();
});
afterAll(() => pool.close());

const fitted = () => FewShotClassifier.fit(EXAMPLES, { pool, head: 'multi-label' });

test('a text has all the labels that are probable, each for itself', async () => {
  await using classifier = await fitted();
  expect(classifier.head).toBe('multi-label');
  const both = await classifier.predict('someone stole my card, I want a refund of the money');
  expect(both.labels.toSorted()).toEqual(['card', 'refund']);
  expect(both.label).toBe(both.labels[0]);
  expect(both.probability).toBe(Math.max(...Object.values(both.probabilities)));
  expect(Object.values(both.probabilities).filter((p) => p >= 0.5)).toHaveLength(2);
  const one = await classifier.predict('does it snow tomorrow');
  expect(one.labels).toEqual(['weather']);
});

test('a text of other things has none', async () => {
  await using classifier = await fitted();
  expect(await classifier.predict(' ')).toMatchObject({
    label: null,
    labels: [],
    unknown: 'empty',
  });
  const strange = await classifier.predict('xyzzy qwrtp');
  expect(strange).toMatchObject({ label: null, labels: [], probability: 0 });
});

test.each<[string, Record<string, string[]>]>([
  [
    'one example each',
    { lost: ['I lost my card'], top: ['how do I add money'], rain: ['will it rain'] },
  ],
  ['a label of one example', { ...EXAMPLES, loan: ['what interest do I pay on a loan'] }],
])('a text of other things has none with %s', async (_, examples) => {
  await using classifier = await FewShotClassifier.fit(examples, { pool, head: 'multi-label' });
  for (const text of ['asdf qwer', 'xqzt blorf wug', 'a recipe for banana bread']) {
    expect(await classifier.predict(text)).toMatchObject({ label: null, labels: [] });
  }
  const [first = ''] = Object.values(examples)[0] ?? [];
  expect((await classifier.predict(first)).label).toBe(Object.keys(examples)[0]);
});

test('without the head a text under two labels is refused', async () => {
  await expect(FewShotClassifier.fit(EXAMPLES, { pool })).rejects.toThrow(
    /each text under one label/,
  );
  await using classifier = await fitted();
  await expect(classifier.refit({ head: 'class-mean' })).rejects.toThrow(
    /each text under one label/,
  );
  await expect(classifier.fineTune()).rejects.toThrow(/a head that gives a text one label/);
  expect(classifier.head).toBe('multi-label');
});

test('it learns, forgets, and answers the same after it was saved', async () => {
  await using classifier = await fitted();
  await classifier.addExamples({
    weather: ['I lost my card in the rain'],
    card: ['I lost my card in the rain'],
  });
  expect(classifier.examples).toHaveLength(11);
  await classifier.addExamples({ weather: ['I lost my card in the rain'] });
  expect(classifier.examples).toHaveLength(11);
  await classifier.save(join(folder(), 'several'));
  await using loaded = await FewShotClassifier.load(join(folder(), 'several'), { pool });
  const texts = ['my card got wet in the rain', 'money back please', 'snow'];
  expect(await loaded.predict(texts)).toEqual(await classifier.predict(texts));
  await loaded.removeExamples(['I lost my card in the rain']);
  expect(loaded.examples).toHaveLength(9);
  await using anew = await fitted();
  expect(await loaded.predict(texts)).toEqual(await anew.predict(texts));
});

test('questions of two things get both labels, as often as if it were known that there are two', async () => {
  const intents = loadIntents();
  const labels = intents.classes.filter((_, i) => i % 5 === 2).slice(0, 6);
  const texts = labels.map((label) => intents.examples(label));
  // Two questions in one message, as customers ask them.
  const pairs = (from: number, to: number) =>
    labels.flatMap((label, i) =>
      labels.slice(i + 1).flatMap((other, k) =>
        Array.from({ length: to - from }, (_, n) => ({
          text: `${texts[i]?.[from + n]}. ${texts[i + 1 + k]?.[from + n]}`,
          labels: [label, other],
        })),
      ),
    );
  const single = labels.flatMap((label, i) =>
    (texts[i] ?? []).slice(0, 8).map((text) => ({ text, label })),
  );
  const joined = pairs(0, 4).flatMap(({ text, labels: own }) =>
    own.map((label) => ({ text, label })),
  );
  const examples = [...single, ...joined];
  await using classifier = await FewShotClassifier.fit(examples, { pool, head: 'multi-label' });
  const test = pairs(10, 14);
  const predictions = await classifier.predict(test.map(({ text }) => text));
  const f1 = (given: readonly (readonly string[])[]) => {
    const right = given.flatMap((own, i) => own.filter((label) => test[i]?.labels.includes(label)));
    return (2 * right.length) / (given.flat().length + 2 * test.length);
  };
  const learned = f1(predictions.map((one) => one.labels));
  const twoBest = predictions.map(({ probabilities }) =>
    Object.entries(probabilities)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 2)
      .map(([label]) => label),
  );
  expect(learned).toBeGreaterThan(f1(twoBest) - 0.05);
  expect(learned).toBeGreaterThan(f1(predictions.map(({ label }) => (label ? [label] : []))));
  expect(await classifier.suspects()).toEqual(expect.any(Array));
});
