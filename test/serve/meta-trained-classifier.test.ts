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

test('the head is refused by name for an encoder that has none', async () => {
  const encoder = new SentenceEncoder({ ...useLite(), dimensions: 17 });
  await using other = EncoderPool.openSync({ encoder });
  const options = { pool: other, head: 'meta-trained' } as const;
  const message =
    /a head other than 'meta-trained' \(there is none for .* but received string 'meta-trained'/u;
  await expect(FewShotClassifier.fit(EXAMPLES, options)).rejects.toThrow(message);
  expect(() => FewShotClassifier.fitSync(EXAMPLES, options)).toThrow(message);
});
