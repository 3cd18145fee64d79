import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EncoderPool, FewShotClassifier } from '../../lib/serve';
import { SentenceEncoder, useLite } from '../../lib/text';

const EXAMPLES = { card_lost: ['I lost my card'], top_up: ['how do I add money'] };
const MORE = { weather: ['will it rain tomorrow?'] };

let pool: EncoderPool;

beforeAll(() => {
  pool = EncoderPool.openSync();
});

afterAll(() => pool.close());

test('with one example of each label the meta-trained head is chosen, in threads and without', async () => {
  await using threads = await FewShotClassifier.fit(EXAMPLES, { pool });
  await using here = FewShotClassifier.fitSync(EXAMPLES, { pool });
  for (const classifier of [threads, here]) {
    expect(classifier.head).toBe('meta-trained');
    expect(classifier.heldOutAccuracy).toBeNull();
    expect(classifier.predictSync('my card is gone').label).toBe('card_lost');
  }
});

test('a saved one goes on learning as if it had never been away', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meta-trained-'));
  try {
    await using classifier = await FewShotClassifier.fit(EXAMPLES, { pool });
    await classifier.save(folder);
    await using loaded = await FewShotClassifier.load(folder, { pool });
    await classifier.addExamples(MORE);
    await loaded.addExamples(MORE);
    await using anew = await FewShotClassifier.fit({ ...EXAMPLES, ...MORE }, { pool });
    const [a, b, c] = [classifier, loaded, anew].map((one) => one.predictSync('is it raining?'));
    expect(a?.label).toBe('weather');
    expect(b?.probabilities).toEqual(a?.probabilities);
    expect(c?.probability).toBeCloseTo(a?.probability ?? 0, 5);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('names of labels', () => {
  const ABOUT = { card_lost: ['where has it gone?'], top_up: ['I need more of it'] };
  const question = 'it was lost';
  const learned = (examples: Readonly<Record<string, string[]>>) =>
    FewShotClassifier.fit(examples, { pool, head: 'meta-trained' });
  const coded = (examples: Readonly<Record<string, string[]>>) =>
    Object.fromEntries(Object.values(examples).map((texts, i) => [`LBL-${i}`, texts]));
  const probabilities = (one: FewShotClassifier, text = question): number[] =>
    Object.values(one.predictSync(text).probabilities);

  test('say what labels are about, where they are words that the examples bear out', async () => {
    await using named = await learned(ABOUT);
    await using numbered = await learned(coded(ABOUT));
    for (const [text, label] of [
      ['my card was stolen', 0],
      ['top up please', 1],
    ] as const) {
      const [a = 0, b = 0] = [named, numbered].map((one) => probabilities(one, text)[label]);
      expect(1 - a).toBeLessThan((1 - b) / 10);
    }
  });

  test('do not count where that is not wanted, also after it was saved', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'label-names-'));
    try {
      const options = { pool, head: 'meta-trained', labelNames: false } as const;
      await using plain = await FewShotClassifier.fit(ABOUT, options);
      await plain.save(folder);
      await using loaded = await FewShotClassifier.load(folder, { pool });
      await loaded.refit({ head: 'meta-trained' });
      await using numbered = await FewShotClassifier.fit(coded(ABOUT), options);
      const expected = probabilities(numbered)[0] ?? 0;
      for (const one of [plain, loaded]) expect(probabilities(one)[0]).toBeCloseTo(expected, 5);
      const wrong = { pool, labelNames: 'yes' } as never;
      await expect(FewShotClassifier.fit(ABOUT, wrong)).rejects.toThrow(
        "Expected 'auto', true or false for labelNames of FewShotClassifier.fit",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('of other labels change nothing', async () => {
    const { card_lost, top_up } = EXAMPLES;
    await using crossed = await learned({ card_lost: top_up, top_up: card_lost });
    await using numbered = await learned({ 'LBL-0': top_up, 'LBL-1': card_lost });
    for (const [i, probability] of probabilities(crossed).entries()) {
      expect(probability).toBeCloseTo(probabilities(numbered)[i] ?? 0, 5);
    }
  });

  test('come with labels that are added, stay with those that others leave, and change with renameLabel', async () => {
    await using classifier = await learned(EXAMPLES);
    await classifier.addExamples(MORE);
    await classifier.removeLabel('card_lost');
    await using anew = await learned({ top_up: EXAMPLES.top_up, ...MORE });
    const text = 'does the sun shine?';
    expect(probabilities(classifier, text)[0]).toBeCloseTo(probabilities(anew, text)[0] ?? 0, 5);
    await classifier.renameLabel('weather', 'LBL-1');
    await using numbered = await learned({ top_up: EXAMPLES.top_up, 'LBL-1': MORE.weather });
    expect(probabilities(classifier, text)[0]).toBeCloseTo(
      probabilities(numbered, text)[0] ?? 0,
      5,
    );
  });
});

test('the head is refused by name for an encoder that has none', async () => {
  const encoder = new SentenceEncoder({ ...useLite(), dimensions: 17 });
  await using other = EncoderPool.openSync({ encoder });
  const options = { pool: other, head: 'meta-trained' } as const;
  const message =
    /a head other than 'meta-trained' \(there is none for .* but received string 'meta-trained'/u;
  await expect(FewShotClassifier.fit(EXAMPLES, options)).rejects.toThrow(message);
  expect(() => FewShotClassifier.fitSync(EXAMPLES, options)).toThrow(message);
});
