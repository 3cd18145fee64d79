import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nextTurn } from '../../lib/next-turn';
import { EncoderPool, FewShotClassifier } from '../../lib/serve';
import { loadWordVectors, saveWordVectors } from '../../lib/text';
import { torch } from '../../lib/torch';
import { sealed } from '../../lib/train/seal';
import { settledTensors } from '../helpers/garbage';
import { nextFit } from '../helpers/served';

const EXAMPLES = {
  card_lost: ['I lost my card', 'my card is gone', 'someone stole my card'],
  top_up: ['how do I add money', 'top up my account', 'put money on my card'],
};
const WEATHER = ['will it rain tomorrow', 'how warm is it outside', 'is it going to snow'];

let pool: EncoderPool;
let folder: string;

beforeAll(async () => {
  pool = await EncoderPool.start();
  folder = mkdtempSync(join(tmpdir(), 'metatorch-classifier-'));
});

afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

const fitted = () => FewShotClassifier.fit(EXAMPLES, { pool });

test('tells labels apart, with a probability and the nearest examples', async () => {
  await using classifier = await fitted();
  const { label, probability, probabilities, unknown, nearest } =
    await classifier.predict('where is my card?');
  expect(label).toBe('card_lost');
  expect(probability).toBeGreaterThan(0.7);
  expect(probabilities.card_lost).toBe(probability);
  expect(Object.values(probabilities).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect(unknown).toBeNull();
  expect(nearest).toHaveLength(3);
  const similarities = nearest.map(({ similarity }) => similarity);
  expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
  expect(EXAMPLES.card_lost).toContain(nearest[0]?.text);
});

test('texts come back in their order; a list gives a list', async () => {
  await using classifier = await fitted();
  const texts = ['add money to it', 'card missing', 'add money to it'];
  const labels = (await classifier.predict(texts)).map(({ label }) => label);
  expect(labels).toEqual(['top_up', 'card_lost', 'top_up']);
  expect(await classifier.predict([])).toEqual([]);
});

test('says of what it does not know that it is unknown, and why', async () => {
  await using classifier = await fitted();
  const texts = ['xyzzy qwrtp', 'カードをなくしました', 'a'.repeat(500_000), '', '  \n'];
  const predictions = await classifier.predict(texts);
  expect(predictions.map(({ label }) => label)).toEqual(texts.map(() => null));
  expect(predictions.map(({ probability }) => probability)).toEqual(texts.map(() => 0));
  expect(predictions.map(({ unknown }) => unknown)).toEqual([
    'unlike every example',
    'no known token',
    'unlike every example',
    'empty',
    'empty',
  ]);
});

test('the twins on the calling thread say the same', async () => {
  await using classifier = await fitted();
  await using same = FewShotClassifier.fitSync(EXAMPLES, { pool });
  const texts = ['my card!', 'money please', 'what a day'];
  const here = same.predictSync(texts);
  const there = await classifier.predict(texts);
  for (const [i, { label, probability }] of here.entries()) {
    expect(there[i]?.label).toBe(label);
    expect(there[i]?.probability).toBeCloseTo(probability, 5);
  }
  expect(classifier.predictSync('my card!').label).toBe('card_lost');
});

test('learns a label while it serves, as if it had been there from the start', async () => {
  await using classifier = await FewShotClassifier.fit(EXAMPLES, { pool, head: 'class-mean' });
  const asked = classifier.predict('is there rain today?');
  const learned = classifier.addLabel('weather', WEATHER);
  expect((await asked).probabilities).not.toHaveProperty('weather');
  await learned;
  await using anew = await FewShotClassifier.fit(
    { ...EXAMPLES, weather: WEATHER },
    { pool, head: 'class-mean' },
  );
  expect(classifier.labels).toEqual(anew.labels);
  expect(classifier.examples).toEqual(anew.examples);
  const [a, b] = [classifier, anew].map((one) => one.predictSync('is there rain today?'));
  expect(a?.label).toBe('weather');
  for (const [label, p] of Object.entries(b?.probabilities ?? {})) {
    expect(Math.abs((a?.probabilities[label] ?? 0) - p)).toBeLessThan(1e-6);
  }
});

test('edits that come together take effect one after another', async () => {
  await using classifier = await fitted();
  await Promise.all([
    classifier.addLabel('weather', WEATHER),
    classifier.addExamples({ weather: ['the sun is shining'], top_up: ['more credit'] }),
    classifier.renameLabel('weather', 'forecast'),
    classifier.removeExamples(['more credit', 'someone stole my card']),
    classifier.addExamples([{ text: 'top up my account', label: 'top_up' }]),
  ]);
  expect(classifier.labels).toEqual(['card_lost', 'top_up', 'forecast']);
  expect(classifier.examples).toHaveLength(9);
  expect((await classifier.predict('rain or snow?')).label).toBe('forecast');
  await classifier.removeLabel('forecast');
  expect(classifier.labels).toEqual(['card_lost', 'top_up']);
  expect(classifier.examples.map(({ text }) => text)).not.toContain('someone stole my card');
});

test('an edit that is refused changes nothing, and does not stop the next', async () => {
  await using classifier = await fitted();
  const wrong = [
    classifier.addExamples({ top_up: ['I lost my card'] }),
    classifier.removeExamples(['not an example']),
    classifier.removeLabel('card_lost'),
    classifier.removeLabel('nowhere'),
    classifier.renameLabel('top_up', 'CARD_LOST'),
    classifier.renameLabel('top_up', 'card_lost'),
  ];
  const good = classifier.addExamples({ top_up: ['charge it'] });
  const reasons = await Promise.allSettled(wrong);
  expect(reasons.map(({ status }) => status)).toEqual(wrong.map(() => 'rejected'));
  await good;
  expect(classifier.examples).toHaveLength(7);
  expect(classifier.labels).toEqual(['card_lost', 'top_up']);
  await expect(classifier.addLabel('top_up', ['x'])).rejects.toThrow('Expected a new label');
  await expect(classifier.addExamples({ a: [''] })).rejects.toThrow('a text with something in it');
});

test('a head is chosen, named, or chosen anew', async () => {
  await using classifier = await FewShotClassifier.fit(EXAMPLES, { pool, head: 'ridge' });
  expect(classifier.head).toBe('ridge');
  await classifier.addLabel('weather', WEATHER);
  expect(classifier.head).toBe('ridge');
  await classifier.refit({ head: 'logistic' });
  expect(classifier.head).toBe('logistic');
  await expect(classifier.refit(null as never)).rejects.toThrow(
    'Expected an object for the options',
  );
  await expect(classifier.refit({ nonsense: 1 } as never)).rejects.toThrow('nonsense');
  await classifier.refit();
  const chosen = ['meta-trained', 'class-mean', 'logistic', 'nearest-examples'];
  expect(chosen).toContain(classifier.head);
  expect(classifier.heldOutAccuracy).toBeGreaterThan(0.5);
});

test('labels without an example are known by their names and descriptions', async () => {
  await using classifier = await FewShotClassifier.fit(
    { lost_card: [], money_transfer: [] },
    { pool, labelNames: true, descriptions: { money_transfer: 'sending money to somebody' } },
  );
  const texts = ['I lost my card', 'how can I send money to a friend?'];
  const best = (await classifier.predict(texts)).map(({ probabilities: p }) =>
    (p.lost_card ?? 0) > (p.money_transfer ?? 0) ? 'lost_card' : 'money_transfer',
  );
  expect(best).toEqual(['lost_card', 'money_transfer']);
  const wrong = { pool, descriptions: { lost_card: 3 } } as never;
  await expect(FewShotClassifier.fit(EXAMPLES, wrong)).rejects.toThrow('descriptions.lost_card');
});

test('finds the example that is under the wrong label', async () => {
  await using classifier = await FewShotClassifier.fit(
    {
      ...EXAMPLES,
      card_lost: [...EXAMPLES.card_lost, 'I cannot find my card', 'my card was stolen'],
      top_up: [...EXAMPLES.top_up, 'my card is lost'],
    },
    { pool, head: 'class-mean' },
  );
  const [first, ...others] = await classifier.suspects();
  expect(first).toMatchObject({ text: 'my card is lost', label: 'top_up', likely: 'card_lost' });
  expect(others.every(({ probability }) => probability <= (first?.probability ?? 0))).toBe(true);
});

test('what is saved is loaded, whole', async () => {
  const path = join(folder, 'deep', 'cards');
  await using classifier = await fitted();
  await classifier.save(path);
  await using loaded = await FewShotClassifier.load(path, { pool });
  expect([loaded.labels, loaded.examples, loaded.head]).toEqual([
    classifier.labels,
    classifier.examples,
    classifier.head,
  ]);
  const texts = ['card missing', 'xyzzy', 'add money'];
  expect(loaded.predictSync(texts)).toEqual(classifier.predictSync(texts));
  await loaded.addLabel('weather', WEATHER);
  await loaded.save(path);
  await using again = await FewShotClassifier.load(path, { pool });
  expect(again.labels).toEqual(['card_lost', 'top_up', 'weather']);
});

test('examples that the encoder knows no token of are told, and stay known', async () => {
  const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  await using classifier = await FewShotClassifier.fit(
    { ...EXAMPLES, sign: ['☂☂☂', 'a sign'] },
    { pool },
  );
  const unknown = { text: '☂☂☂', label: 'sign' };
  expect(classifier.unknownExamples).toEqual([unknown]);
  await classifier.addExamples({ sign: ['another sign'] });
  expect(warnings).toHaveBeenCalledTimes(1);
  await classifier.addExamples({ sign: ['☄☄☄', 'a third sign'] });
  const of = (unknown: number, all: number) =>
    `Expected a token that ${pool.encoder.name} knows in every example but received ${unknown} of ${all} without one; see unknownExamples of the classifier`;
  const type = { type: 'MetatorchWarning', code: 'METATORCH_UNKNOWN_EXAMPLES' };
  const count = classifier.examples.length - 3;
  expect(warnings.mock.calls).toEqual([
    [of(1, count), type],
    [of(1, 2), type],
  ]);
  warnings.mockRestore();
  const path = join(folder, 'unknown');
  await classifier.save(path);
  await using loaded = await FewShotClassifier.load(path, { pool });
  expect(loaded.unknownExamples).toEqual([unknown, { text: '☄☄☄', label: 'sign' }]);
  await loaded.removeExamples(['☂☂☂']);
  expect(loaded.unknownExamples).toEqual([{ text: '☄☄☄', label: 'sign' }]);
});

test('saving never replaces another model, nor the files of the working directory', async () => {
  const path = join(folder, 'other-model');
  mkdirSync(path);
  writeFileSync(join(path, 'config.json'), '{ "model_type": "bert" }');
  await using classifier = await fitted();
  await expect(classifier.save(path)).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
  expect(readdirSync(path)).toEqual(['config.json']);
  await expect(classifier.save('')).rejects.toThrow('Expected the name of a folder');
});

test('a folder that is missing, foreign, damaged or of another encoder is refused', async () => {
  await expect(FewShotClassifier.load(join(folder, 'nowhere'), { pool })).rejects.toMatchObject({
    code: 'ERR_TORCH_FILE',
  });
  const path = join(folder, 'damaged');
  await using classifier = await FewShotClassifier.fit(EXAMPLES, { pool, head: 'class-mean' });
  await classifier.save(path);
  const file = join(path, 'config.json');
  const before = readFileSync(file, 'utf8');
  const load = () => FewShotClassifier.load(path, { pool });
  for (const [from, to, message] of [
    ['"few-shot-classifier"', '"something"', 'kind'],
    [pool.encoder.fingerprint, 'f'.repeat(64), 'expected a classifier for the encoder'],
    ['"label": "top_up"', '"label": "card_lost"', 'examples of 2 labels'],
    ['"head": "class-mean"', '"head": "logistic"', "head 'logistic'"],
  ] as const) {
    const changed = before.replaceAll(from, to);
    writeFileSync(file, changed);
    if (message !== 'kind') await expect(load()).rejects.toThrow('expected the checksum of what');
    const { checksum: _, ...content } = JSON.parse(changed);
    writeFileSync(file, JSON.stringify(sealed(content)));
    await expect(load()).rejects.toThrow(message);
  }
  writeFileSync(file, '{}');
  await expect(load()).rejects.toThrow('a saved few-shot classifier');
  writeFileSync(file, before);
  const tensors = readdirSync(path).find((name) => name.endsWith('.safetensors')) ?? '';
  writeFileSync(join(path, tensors), 'nothing');
  await expect(load()).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
});

test('an encoder of its own serves, and is found again by the folder', async () => {
  const path = join(folder, 'own');
  const encoder = join(__dirname, '../fixtures/encoders/bert');
  const before = await settledTensors();
  {
    await using classifier = await FewShotClassifier.fit(EXAMPLES, { encoder });
    await classifier.save(path);
    await using loaded = await FewShotClassifier.load(path);
    expect(loaded.pool.encoder.fingerprint).toBe(classifier.pool.encoder.fingerprint);
    const { probabilities } = classifier.predictSync('my card');
    expect((await loaded.predict('my card')).probabilities).toEqual(probabilities);
  }
  await expect(FewShotClassifier.load(path, { pool })).rejects.toThrow('for the encoder');
  expect(torch.memory().tensors).toBe(before);
});

test('classifiers on one pool do not see each other', async () => {
  await using cards = await fitted();
  await using days = await FewShotClassifier.fit(
    { weather: WEATHER, news: ['what happened in parliament', 'the latest headlines'] },
    { pool },
  );
  const asked = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? cards : days));
  const predictions = await Promise.all(asked.map((one, i) => one.predict(`text number ${i}`)));
  for (const [i, { probabilities, nearest }] of predictions.entries()) {
    expect(Object.keys(probabilities)).toEqual([...(asked[i]?.labels ?? [])]);
    const own = asked[i]?.examples.map(({ text }) => text);
    for (const { text } of nearest) expect(own).toContain(text);
  }
});

test('a request can be given up, and is not waited for', async () => {
  await using classifier = await fitted();
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  await expect(classifier.predict('card', { signal })).rejects.toBe(reason);
  const controller = new AbortController();
  const many = Array.from({ length: 300 }, (_, i) => `where is card ${i}`);
  const long = classifier.predict(many);
  const given = classifier.predict('card', { signal: controller.signal });
  const late = classifier.predict('card', { timeout: 1 });
  controller.abort(reason);
  await expect(given).rejects.toBe(reason);
  await expect(late).rejects.toMatchObject({ code: 'ERR_TORCH_TIMEOUT' });
  expect(await long).toHaveLength(300);
});

test('a full queue refuses at once, and serves what waited', async () => {
  await using small = await EncoderPool.start({ encoder: pool.encoder, maxQueue: 8, maxBatch: 4 });
  await using classifier = await FewShotClassifier.fit(EXAMPLES, { pool: small });
  const asked = Array.from({ length: 50 }, (_, i) => classifier.predict(`card ${i}`));
  const outcomes = await Promise.allSettled(asked);
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(30);
  for (const one of refused) {
    expect((one as PromiseRejectedResult).reason).toMatchObject({ code: 'ERR_TORCH_BUSY' });
  }
  expect(outcomes.length - refused.length).toBeGreaterThanOrEqual(8);
});

test('finds similar examples, and gives the vectors of texts', async () => {
  await using classifier = await fitted();
  const [first, ...others] = await classifier.similar('I lost my card', 4);
  expect(first).toMatchObject({ text: 'I lost my card', label: 'card_lost' });
  expect(first?.similarity).toBeCloseTo(1, 5);
  expect(others).toHaveLength(3);
  using vectors = await classifier.embed(['a', 'b']);
  expect(vectors.shape).toEqual([2, 512]);
});

test('it answers while an application’s tests hold the time', async () => {
  await using classifier = await fitted();
  jest.useFakeTimers();
  try {
    expect((await classifier.predict('where is my card?', { timeout: 50 })).label).toBe(
      'card_lost',
    );
    await classifier.addLabel('weather', WEATHER);
    expect((await classifier.predict(['rain?']))[0]?.label).toBe('weather');
  } finally {
    jest.useRealTimers();
  }
});

test('nothing is left over, and nothing works after `close`', async () => {
  const before = await settledTensors();
  const classifier = await fitted();
  await classifier.addLabel('weather', WEATHER);
  await classifier.predict('rain');
  await classifier.removeLabel('weather');
  await Promise.all([classifier.close(), classifier.close()]);
  expect(torch.memory().tensors).toBe(before);
  await expect(classifier.predict('card')).rejects.toMatchObject({ code: 'ERR_TORCH_DISPOSED' });
  expect(() => classifier.labels).toThrow('The classifier is closed');
  // Whoever handles the rejections of promises alone meets every refusal.
  const late = [
    classifier.addLabel('a', ['b']),
    classifier.addExamples({ card_lost: ['b'] }),
    classifier.removeExamples(['my card is gone']),
    classifier.removeOwner('a'),
    classifier.removeLabel('card_lost'),
    classifier.renameLabel('card_lost', 'lost'),
    classifier.refit(),
    classifier.resetEncoder(),
    classifier.fineTune(),
    classifier.suspects(),
    classifier.similar('a'),
  ];
  for (const one of await Promise.allSettled(late)) {
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'ERR_TORCH_DISPOSED' } });
  }
});

test('a closed pool refuses', async () => {
  const own = await EncoderPool.start({ encoder: pool.encoder });
  const classifier = await FewShotClassifier.fit(EXAMPLES, { pool: own });
  await own.close();
  await expect(classifier.predict('card')).rejects.toThrow('The encoder pool is closed');
});

test('closing a pool answers what is being encoded, and does not wait for a long fit', async () => {
  const own = await EncoderPool.start({ encoder: pool.encoder });
  const classifier = await FewShotClassifier.fit(EXAMPLES, { pool: own });
  const many = Object.fromEntries(
    Array.from({ length: 800 }, (_, i) => [`label ${i}`, [`text ${i}`, `number ${i}`]]),
  );
  const begun = nextFit(own);
  const long = FewShotClassifier.fit(many, { pool: own });
  const outcome = long.then(
    () => 'fitted',
    (error: { code: string }) => error.code,
  );
  const asked = classifier.predict('where is my card?');
  await begun;
  while (own.load.running === 0) await nextTurn();
  const start = performance.now();
  await own.close();
  expect(performance.now() - start).toBeLessThan(3000);
  expect((await asked).label).toBe('card_lost');
  expect(await outcome).toBe('ERR_TORCH_DISPOSED');
}, 30_000);

test('refuses wrong examples and options where they are written', async () => {
  const tried = (examples: unknown, options: object = { pool }) =>
    FewShotClassifier.fit(examples as never, options);
  await expect(tried({ a: ['x'] })).rejects.toThrow('Expected examples of at least 2 labels');
  await expect(tried({})).rejects.toThrow('Expected examples of at least 2 labels');
  await expect(tried(undefined)).rejects.toThrow('Expected texts by label');
  await expect(tried(EXAMPLES, { pool, head: 'best' })).rejects.toThrow("'auto' or 'class-mean'");
  await expect(tried(EXAMPLES, { pool, falseAlarms: 1 })).rejects.toThrow('below 0.5');
  await expect(tried(EXAMPLES, { pool: {} })).rejects.toThrow('Expected an EncoderPool');
  await expect(tried(EXAMPLES, { encoder: 'x' })).rejects.toThrow('Cannot load the encoder x');
  await expect(tried(EXAMPLES, { encoder: 'x', pool })).rejects.toThrow(
    'encoder or pool, not both',
  );
  await expect(tried(EXAMPLES, { threads: 1 })).rejects.toThrow('Unknown option threads');
  await expect(EncoderPool.start({ workers: 0 })).rejects.toThrow('an integer from 1 to 1024');
  await expect(EncoderPool.start({ encoder: 3 as never })).rejects.toThrow('a SentenceEncoder');
  await using classifier = await fitted();
  for (const timeout of [0, 2 ** 31, Infinity]) {
    await expect(classifier.predict('a', { timeout })).rejects.toThrow('a number of milliseconds');
  }
  await expect(classifier.predict(3 as never)).rejects.toThrow('an array of strings');
  await expect(classifier.predict('a', { wait: 1 } as never)).rejects.toThrow(
    'Unknown option wait',
  );
  expect(() => classifier.predictSync([null] as never)).toThrow('texts[0] of predictSync');
});

test.each(['auto', 'logistic', 'ridge', 'svm'] as const)(
  'by the head %s the order of examples means nothing',
  async (head) => {
    const rows = Object.entries({ ...EXAMPLES, weather: WEATHER }).flatMap(([label, texts]) =>
      texts.map((text) => ({ text, label })),
    );
    const turned = rows.map((_, i) => rows[(i * 4 + 3) % rows.length]).flatMap((row) => row ?? []);
    const texts = ['where is my card?', 'is it warm', 'more money', 'nothing of all that'];
    const answers = [rows, turned].map((own) => {
      const classifier = FewShotClassifier.fitSync(own, { pool, head });
      const { heldOutAccuracy, head: chosen } = classifier;
      return { heldOutAccuracy, chosen, predictions: classifier.predictSync(texts) };
    });
    const [one, other] = answers;
    expect(other?.chosen).toBe(one?.chosen);
    expect(other?.heldOutAccuracy).toBe(one?.heldOutAccuracy);
    one?.predictions.forEach(({ label, probabilities }, i) => {
      const found = other?.predictions[i];
      expect(found?.label).toBe(label);
      for (const [name, probability] of Object.entries(probabilities)) {
        expect(found?.probabilities[name]).toBeCloseTo(probability, 4);
      }
    });
  },
);

test('what is done to a list after the call counts for nothing', async () => {
  await using classifier = await fitted();
  const texts = ['where is my card?', 'add money to it'];
  const asked = classifier.predict(texts);
  const placed = classifier.plane(texts);
  const read = classifier.embed(texts);
  texts.length = 0;
  expect((await asked).map(({ label }) => label)).toEqual(['card_lost', 'top_up']);
  expect(pool.load.queued).toBe(0);
  expect((await placed).texts).toHaveLength(2);
  using vectors = await read;
  expect(vectors.size(0)).toBe(2);

  const [fresh, row] = [{ card_lost: ['no card'] }, { text: 'put cash on it', label: 'top_up' }];
  const added = [classifier.addExamples(fresh), classifier.addExamples([row])];
  fresh.card_lost[0] = 'rain';
  row.label = 'card_lost';
  await Promise.all(added);
  expect(classifier.examples.slice(6)).toEqual([
    { text: 'no card', label: 'card_lost' },
    { text: 'put cash on it', label: 'top_up' },
  ]);
  const gone = ['no card'];
  const removed = classifier.removeExamples(gone);
  gone[0] = 'put cash on it';
  await removed;
  expect(classifier.examples.slice(6)).toEqual([{ text: 'put cash on it', label: 'top_up' }]);
});

test('a classifier on word vectors of a folder loads them from there', async () => {
  const vectors = join(folder, 'vectors.txt');
  writeFileSync(vectors, 'card 1 0 0\nmoney 0 1 0\nrain 0 0 1\n');
  const words = join(folder, 'words');
  saveWordVectors(await loadWordVectors(vectors), words);
  const examples = { cards: ['my card', 'a card'], weather: ['rain', 'rain again'] };
  await using own = await FewShotClassifier.fit(examples, { encoder: words });
  await own.save(join(folder, 'on-words'));
  await using same = await FewShotClassifier.load(join(folder, 'on-words'));
  expect(await same.predict('card and rain')).toEqual(await own.predict('card and rain'));
  expect((await same.predict('card')).label).toBe('cards');
});
