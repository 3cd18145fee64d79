import { ArgumentRangeError, ArgumentTypeError } from '../../../../lib/errors';
import { InstanceMemory } from '../../../../lib/serve';
import { bestVote, sharesOf } from '../../../../lib/serve/tasks/instances/neighbor-vote';
import { loadEncoderSync, type SentenceEncoder } from '../../../../lib/text';
import { torch } from '../../../../lib/torch';
import { settledTensors } from '../../../helpers/garbage';

let encoder: SentenceEncoder;
beforeAll(() => {
  encoder = loadEncoderSync();
});
afterAll(() => encoder.dispose());

const rows = (label: string, texts: readonly string[]) => texts.map((text) => ({ text, label }));
const instances = [
  ...rows('card_lost', ['I lost my card', 'my card is gone', 'cannot find my bank card']),
  ...rows('top_up', ['how do I add money', 'where can I top up', 'put money on my account']),
  ...rows('delivery', ['my parcel is late', 'the delivery has not come', 'where is my parcel']),
];

test('shares are a softmax of the nearest cosines, and sum to 1', () => {
  const shares = sharesOf([0.9, 0.8, 0.1], { neighbors: 2, sharpness: 10 });
  expect(shares).toHaveLength(2);
  expect((shares[0] ?? 0) / (shares[1] ?? 1)).toBeCloseTo(Math.E, 9);
  expect((shares[0] ?? 0) + (shares[1] ?? 0)).toBeCloseTo(1, 12);
  expect(sharesOf([0.5], { neighbors: 20, sharpness: 5 })).toEqual([1]);
});

test('more neighbours vote where single ones are often wrong', () => {
  // Rows of two labels, of which the nearest other has the other label, and the next nine the own.
  const labels = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'a' : 'b'));
  const around = labels.map((_, i) => {
    const own = [...labels.keys()].filter((j) => j !== i && j % 2 === i % 2).slice(0, 9);
    return {
      places: [(i + 1) % 40, ...own],
      similarities: [0.8, ...own.map((_, k) => 0.79 - k / 1000)],
    };
  });
  expect(bestVote(around, labels).neighbors).toBeGreaterThanOrEqual(10);
  const clear = around.map(({ places, similarities }) => ({
    places: places.slice(1),
    similarities,
  }));
  expect(bestVote(clear, labels).neighbors).toBe(1);
});

test('the instances that decide explain: their shares are the probabilities', async () => {
  using memory = await InstanceMemory.fit(encoder, instances);
  const [lost, strange] = await memory.predict([
    'I think that I have lost my card',
    'the square root of two is irrational',
  ]);
  expect(lost?.label).toBe('card_lost');
  expect(lost?.because[0]?.text).toBe('I lost my card');
  for (const [label, probability] of Object.entries(lost?.probabilities ?? {})) {
    const shares = lost?.because.filter((one) => one.label === label).map(({ share }) => share);
    expect(shares?.reduce((a, b) => a + b, 0)).toBeCloseTo(probability, 12);
  }
  expect(lost?.because.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(strange?.label).toBeNull();
  expect(await memory.predict([])).toEqual([]);
});

test('what is removed leaves nothing behind, to the bit; what is added counts at once', async () => {
  using memory = await InstanceMemory.fit(encoder, instances);
  const secret = { text: 'please close my account for good', label: 'close' };
  await memory.add([secret, { text: 'I want to leave the bank', label: 'close' }]);
  const question = ['I want to close my account'];
  expect((await memory.predict(question))[0]?.label).toBe('close');
  expect(memory.remove(({ label }) => label === 'close')).toBe(2);
  using never = await InstanceMemory.fit(encoder, instances);
  expect(memory.instances).toEqual(never.instances);
  expect(memory.vote).toEqual(never.vote);
  expect(await memory.predict(question)).toEqual(await never.predict(question));
  expect(memory.remove(() => false)).toBe(0);
  expect(() => memory.remove(() => true)).toThrow(ArgumentRangeError);
  expect(memory.instances).toHaveLength(instances.length);
});

test('texts that are stored twice do not make all others strange', async () => {
  using once = await InstanceMemory.fit(encoder, instances);
  using twice = await InstanceMemory.fit(encoder, [
    ...instances,
    ...instances.map(({ text, label }) => ({ text: ` ${text}`, label })),
  ]);
  const asked = ['I have lost my bank card', 'can I top up my account', 'my parcel has not come'];
  const labels = (memory: InstanceMemory) =>
    memory.predict(asked).then((found) => found.map(({ label }) => label));
  expect(await labels(twice)).toEqual(['card_lost', 'top_up', 'delivery']);
  expect(await labels(twice)).toEqual(await labels(once));
  expect(twice.vote).toEqual(once.vote);
});

test('refuses what is no instances, keeps no tensors, and works with one', async () => {
  const fitted = (given: unknown, options = {}) =>
    InstanceMemory.fit(encoder, Object(given), options);
  await expect(fitted([])).rejects.toThrow(ArgumentRangeError);
  await expect(fitted([])).rejects.toThrow('at least one instance for instances of');
  await expect(fitted([{ text: 'a' }])).rejects.toThrow(ArgumentTypeError);
  await expect(fitted([{ text: ' ', label: 'a' }])).rejects.toThrow(
    'Expected a text with something in it for instances[0].text of InstanceMemory.fit',
  );
  await expect(fitted([{ text: 'a', label: '' }])).rejects.toThrow(
    'a name for the label of instances[0]',
  );
  await expect(fitted(instances, { falseAlarms: 1 })).rejects.toThrow(/falseAlarms/);
  await expect(InstanceMemory.fit(Object({}), instances)).rejects.toThrow(/a SentenceEncoder/);
  const twins = [
    { text: 'a', label: 'Delivery' },
    { text: 'b', label: 'delivery' },
  ];
  await expect(fitted(twins)).rejects.toThrow(/labels that differ in more than case/);
  const before = await settledTensors();
  const single = await fitted(instances.slice(0, 1));
  await expect(single.add([{ text: 'b', label: 'Card_lost' }])).rejects.toThrow(
    /labels that differ in more than case .*'card_lost' and string 'Card_lost'/,
  );
  await expect(single.predict(['a', ''])).rejects.toThrow(
    'a text with something in it for texts[1] of InstanceMemory.predict',
  );
  expect((await single.predict(['anything']))[0]).toMatchObject({
    label: 'card_lost',
    probability: 1,
    because: [{ share: 1 }],
  });
  await single.add(instances.slice(1));
  single.remove(({ label }) => label === 'delivery');
  expect(() => single.remove(Object('delivery'))).toThrow(
    'Expected a function for remove of InstanceMemory.remove but received String',
  );
  single.dispose();
  expect(torch.memory().tensors).toBe(before);
  await expect(single.predict(['a'])).rejects.toMatchObject({ code: 'ERR_TORCH_DISPOSED' });
});
