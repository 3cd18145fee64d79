import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EncoderPool, FewShotClassifier } from '../../../lib/serve';
import { heldOutSplit } from '../../../lib/serve/tuning/held-out-split';
import { torch } from '../../../lib/torch';
import { settledTensors } from '../../helpers/garbage';
import { threadsInUse, untilAlone } from '../../helpers/processes/alone';

jest.setTimeout(120_000);

const EXAMPLES = {
  card_lost: ['I lost my card', 'my card is gone', 'the card was stolen', 'cannot find my card'],
  top_up: ['how do I add money', 'top up my account', 'put cash on it', 'load my balance'],
  greeting: ['hello there', 'good morning', 'hi, how are you', 'good day to you'],
};
const TEXTS = ['somebody took my card', 'I want to add some money', 'good evening'];
const QUICK = { steps: 3, learningRate: 1e-3, always: true } as const;

let pool: EncoderPool;
beforeAll(async () => {
  pool = await EncoderPool.open();
});
afterAll(() => pool.close());

test('the encoder is trained beside requests and taken over; other classifiers keep theirs', async () => {
  await using tuned = await FewShotClassifier.fit(EXAMPLES, { pool });
  await using other = await FewShotClassifier.fit(EXAMPLES, { pool });
  const before = await other.predict(TEXTS);
  const steps: number[] = [];
  const working = tuned.fineTune({ ...QUICK, onStep: ({ step }) => steps.push(step) });
  expect(await tuned.predict(TEXTS)).toEqual(before);
  expect(tuned.fineTuned).toBe(false);
  const report = await working;
  expect(report).toEqual({
    before: expect.any(Number),
    after: expect.any(Number),
    adopted: true,
  });
  expect(steps).toEqual([1, 2, 3, 4]);
  expect(tuned.fineTuned).toBe(true);
  // Both at once, so that they share a batch and not an encoder.
  const [own, others] = await Promise.all([tuned.predict(TEXTS), other.predict(TEXTS)]);
  expect(others).toEqual(before);
  expect(own.map(({ nearest }) => nearest[0]?.similarity)).not.toEqual(
    before.map(({ nearest }) => nearest[0]?.similarity),
  );
  expect(own.map(({ label }) => label)).toEqual(['card_lost', 'top_up', 'greeting']);
  const sync = tuned.predictSync(TEXTS);
  for (const [i, { label, probability }] of own.entries()) {
    expect(sync[i]?.label).toBe(label);
    expect(sync[i]?.probability).toBeCloseTo(probability, 5);
  }
});

test('edits, saving and going back work with the trained encoder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'metatorch-tuned-'));
  try {
    await using tuned = await FewShotClassifier.fit(EXAMPLES, { pool });
    const frozen = await tuned.embed(TEXTS);
    await tuned.fineTune(QUICK);
    const moved = await tuned.embed(TEXTS);
    expect(moved.allclose(frozen, 1e-4, 1e-5)).toBe(false);
    await tuned.addExamples({ loan: ['I need a loan', 'borrow money from the bank'] });
    await tuned.removeExamples(['hi, how are you']);
    expect(tuned.fineTuned).toBe(true);
    const own = await tuned.predict([...TEXTS, 'may I have a loan']);
    expect(own[3]?.nearest[0]?.label).toBe('loan');
    await tuned.save(folder);
    await using loaded = await FewShotClassifier.load(folder, { pool });
    expect(loaded.fineTuned).toBe(true);
    const again = await loaded.predict([...TEXTS, 'may I have a loan']);
    expect(again.map(({ label }) => label)).toEqual(own.map(({ label }) => label));
    for (const [i, { probability }] of own.entries()) {
      expect(again[i]?.probability).toBeCloseTo(probability, 5);
    }
    await tuned.resetEncoder();
    expect(tuned.fineTuned).toBe(false);
    const back = await tuned.embed(TEXTS);
    expect(back.equal(frozen)).toBe(true);
    for (const x of [frozen, moved, back]) x.dispose();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what is no better is not taken over', async () => {
  await using classifier = await FewShotClassifier.fit(EXAMPLES, { pool });
  // Nothing is better than being right on every held-out example.
  const report = await classifier.fineTune({ steps: 1, learningRate: 1e-9 });
  expect(report.adopted).toBe(report.after > report.before);
  expect(classifier.fineTuned).toBe(report.adopted);
  expect(report.adopted).toBe(false);
});

test('a signal ends the training at once, and nothing is left', async () => {
  await using classifier = await FewShotClassifier.fit(EXAMPLES, { pool });
  const before = await settledTensors();
  const ending = new AbortController();
  const work = classifier.fineTune({
    steps: 10_000,
    onStep: () => ending.abort(new Error('enough')),
    signal: ending.signal,
  });
  await expect(work).rejects.toThrow('enough');
  expect(classifier.fineTuned).toBe(false);
  expect(torch.memory().tensors).toBe(before);
  await expect(classifier.predict('my card')).resolves.toMatchObject({ label: 'card_lost' });
});

test('a training that is given up while its thread starts leaves no thread', async () => {
  const before = threadsInUse();
  for (const wait of [0, 150, 500]) {
    await using own = await EncoderPool.open();
    await using classifier = await FewShotClassifier.fit(EXAMPLES, { pool: own });
    const ending = new AbortController();
    const work = classifier.fineTune({ steps: 10_000, signal: ending.signal });
    setTimeout(() => ending.abort(new Error('enough')), wait);
    await expect(work).rejects.toThrow('enough');
  }
  await untilAlone(before);
});

test.each([
  [{ steps: 0 }, /steps/],
  [{ layers: 3 }, /at most 2.*layers/],
  [{ blend: 0 }, /blend/],
  [{ loss: 'triplet' }, /'batch-contrast'/],
  [{ step: 5 }, /step/],
])('wrong options are refused: %j', async (options, message) => {
  await using classifier = await FewShotClassifier.fit(EXAMPLES, { pool });
  const junk: object = options;
  await expect(classifier.fineTune(junk)).rejects.toThrow(message);
});

test('too few examples to hold some out are refused', async () => {
  await using classifier = await FewShotClassifier.fit(
    { a: ['one', 'two'], b: ['six', 'ten'] },
    {
      pool,
    },
  );
  await expect(classifier.fineTune()).rejects.toThrow(/2 labels of 3 examples/);
});

test('a fifth of each label is held out, one of three, none of two', () => {
  const y = [0, 0, 0, 1, 1, ...Array.from({ length: 10 }, () => 2)];
  const { train, held } = heldOutSplit(y, 3);
  const count = (rows: readonly number[], label: number) =>
    rows.filter((row) => y[row] === label).length;
  expect([0, 1, 2].map((label) => count(held, label))).toEqual([1, 0, 2]);
  expect([...train, ...held].sort((a, b) => a - b)).toEqual([...y.keys()]);
});
