import { TextClassifier } from '../../../lib/text';
import { mapTree, torch } from '../../../lib/torch';
import { buildTextLearner } from '../../../lib/train';
import { LABELED, MAML, smallConfig, TEXTS } from '../../helpers/learners/text-models';

function modelOf(config: ReturnType<typeof smallConfig>) {
  const built = buildTextLearner(config);
  return { ...built, params: built.learner.init(torch.generator(1)) };
}

const prototypical = modelOf(smallConfig({ kind: 'prototypical' }));
const maml = modelOf(smallConfig(MAML));
const models = [
  ['a Prototypical Network', prototypical],
  ['MAML', maml],
  ['a nearest class mean', modelOf(smallConfig({ kind: 'nearest-class-mean' }))],
] as const;

describe.each(models)('%s', (_, model) => {
  test('gives every label a probability, which sum to 1, and the likeliest label', () => {
    const classifier = new TextClassifier(model, LABELED);
    expect(classifier.labels).toEqual(['weather', 'food']);
    const predictions = classifier.predict(TEXTS);
    expect(predictions).toHaveLength(TEXTS.length);
    for (const { label, probability, probabilities } of predictions) {
      expect(Object.keys(probabilities)).toEqual(['weather', 'food']);
      const all = Object.values(probabilities);
      expect(all.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
      expect(probability).toBe(Math.max(...all));
      expect(probabilities[label]).toBe(probability);
    }
    classifier.dispose();
  });

  test('knows its own examples, and each text by itself', () => {
    const classifier = new TextClassifier(model, LABELED);
    expect(classifier.predict(LABELED.map(({ text }) => text)).map(({ label }) => label)).toEqual(
      LABELED.map(({ label }) => label),
    );
    const [alone] = classifier.predict(TEXTS.slice(1, 2));
    const together = classifier.predict(TEXTS)[1];
    expect(alone?.probability).toBeCloseTo(together?.probability ?? Number.NaN, 5);
    classifier.dispose();
  });

  test('tells three labels apart, of unequal numbers of examples', () => {
    const examples = [...LABELED, { text: 'the bank charges interest', label: 'money' }];
    const classifier = new TextClassifier(model, examples);
    const predicted = classifier.predict(examples.map(({ text }) => text));
    expect(predicted.map(({ label }) => label)).toEqual(examples.map(({ label }) => label));
    expect(Object.keys(predicted[0]?.probabilities ?? {})).toEqual(['weather', 'food', 'money']);
    classifier.dispose();
  });

  test('frees all that it made, and leaves the model', () => {
    const before = torch.memory();
    const classifier = new TextClassifier(model, LABELED);
    const adapted = torch.memory();
    expect(adapted.tensors).toBeGreaterThan(before.tensors);
    for (let i = 0; i < 5; i++) classifier.predict(TEXTS);
    expect(torch.memory()).toEqual(adapted);
    classifier.dispose();
    classifier.dispose();
    expect(torch.memory()).toEqual(before);
    expect(() => classifier.predict(TEXTS)).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_DISPOSED' }),
    );
    expect(torch.memory()).toEqual(before);
  });
});

test('works with Symbol.dispose', () => {
  const before = torch.memory();
  new TextClassifier(prototypical, LABELED)[Symbol.dispose]();
  expect(torch.memory()).toEqual(before);
});

test('no texts have no predictions, and an empty text has one', () => {
  const classifier = new TextClassifier(prototypical, LABELED);
  expect(classifier.predict([])).toEqual([]);
  const [prediction] = classifier.predict(['']);
  expect(prediction?.probability).toBeGreaterThanOrEqual(0.5);
  classifier.dispose();
});

test('predictions are in the order of the texts, whatever their lengths', () => {
  const classifier = new TextClassifier(prototypical, LABELED);
  const texts = Array.from({ length: 3000 }, (_, i) => {
    const words = 'heavy rain bread sugar wind interest'.split(' ');
    return Array.from({ length: (i * 7) % 6 }, (_, j) => words[(i + j * j) % 6]).join(' ');
  });
  const all = classifier.predict(texts);
  expect(all).toHaveLength(texts.length);
  for (const i of [0, 1, 2, 3, 4, 5, 1500, 2998, 2999]) {
    const [alone] = classifier.predict([texts[i] ?? '']);
    expect(all[i]?.label).toBe(alone?.label);
    expect(all[i]?.probability).toBeCloseTo(alone?.probability ?? Number.NaN, 5);
  }
  classifier.dispose();
});

test('one long text among many short ones takes no memory for all of them', () => {
  const words = Array.from({ length: 64 }, (_, i) => `w${i}`);
  const model = modelOf({
    ...smallConfig({ kind: 'prototypical' }),
    encoder: { kind: 'mean', dimensions: 128 },
    maxLength: 64,
    vocabulary: { version: 1, specials: ['<pad>', '<unk>'], tokens: words },
  });
  const texts = Array.from({ length: 20_000 }, (_, i) => `w${i % 64} w${(i * 7) % 64}`);
  texts[777] = words.join(' ');
  const mebibytes = (action: () => void): number => {
    torch.resetPeakMemoryStats();
    const before = torch.memoryStats().allocatedBytes;
    action();
    return (torch.memoryStats().peakBytes - before) / 2 ** 20;
  };
  let classifier: TextClassifier<(typeof model)['params'], unknown> | undefined;
  const adapting = mebibytes(() => {
    classifier = new TextClassifier(
      model,
      texts.map((text, i) => ({ text, label: `${i % 5}` })),
    );
  });
  // Ids and mask padded to 64 words take 10, and the vectors of all texts as much.
  expect(adapting).toBeLessThan(150);
  expect(mebibytes(() => classifier?.predict(texts))).toBeLessThan(60);
  classifier?.dispose();
});

test('labels may have any names', () => {
  const odd = LABELED.map(({ text, label }) => ({
    text,
    label: label === 'food' ? '__proto__' : 'toString',
  }));
  const classifier = new TextClassifier(prototypical, odd);
  const [prediction] = classifier.predict(['sugar']);
  expect(prediction?.label).toBe('__proto__');
  expect(Object.keys(prediction?.probabilities ?? {})).toEqual(['toString', '__proto__']);
  classifier.dispose();
});

test('a model of fixed outputs takes fewer labels, and no more', () => {
  const labels = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ text: TEXTS[i % 3] ?? '', label: `${i}` }));
  const classifier = new TextClassifier(maml, labels(3));
  expect(Object.keys(classifier.predict(['rain'])[0]?.probabilities ?? {})).toHaveLength(3);
  classifier.dispose();
  expect(() => new TextClassifier(maml, labels(4))).toThrow(
    'Expected 2 to 3 labels for examples but received number 4',
  );
});

test('a model whose scores are no numbers has no prediction', () => {
  const nan = mapTree(([tensor]) => tensor.mul(Number.NaN), prototypical.params);
  const classifier = new TextClassifier({ ...prototypical, params: nan }, LABELED);
  const before = torch.memory();
  expect(() => classifier.predict(['rain'])).toThrow(
    expect.objectContaining({ name: 'TorchError', code: 'ERR_TORCH_RUNTIME' }),
  );
  expect(() => classifier.predict(['rain'])).toThrow('but received NaN, NaN: its parameters');
  expect(torch.memory()).toEqual(before);
  classifier.dispose();
});

describe('refuses', () => {
  test.each<[string, unknown, string, string]>([
    ['no examples', [], 'RangeError', 'Expected at least 2 labels for examples'],
    ['an empty text', [...LABELED, { text: ' ', label: 'food' }], 'RangeError', 'something in it'],
    [
      'an empty label',
      [...LABELED, { text: 'a', label: '' }],
      'RangeError',
      'a name for the label',
    ],
    [
      'labels that are one up to case',
      [...LABELED, { text: 'a', label: 'Food' }],
      'RangeError',
      'labels that differ in more than case',
    ],
    ['one label', LABELED.filter(({ label }) => label === 'food'), 'RangeError', 'at least 2'],
    [
      'what is no list',
      { text: 'a' },
      'TypeError',
      'texts with labels for examples of TextClassifier',
    ],
    ['a number as text', [{ text: 1, label: 'a' }], 'TypeError', 'a string for examples[0].text'],
    ['no label', [LABELED[0], { text: 'a' }], 'TypeError', 'a string for examples[1].label'],
    ['null', [null], 'TypeError', 'a string for examples[0].text but received undefined'],
  ])('%s', (_, examples, name, message) => {
    const before = torch.memory();
    const make = () => new TextClassifier(prototypical, examples as never);
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ name, code: 'ERR_TORCH_ARGUMENT' }));
    expect(torch.memory()).toEqual(before);
  });

  test('to predict one text that is no list, or what is no text', () => {
    const classifier = new TextClassifier(prototypical, LABELED);
    expect(() => classifier.predict('rain' as never)).toThrow(
      "Expected an array of strings for texts of TextClassifier.predict but received string 'rain'",
    );
    expect(() => classifier.predict([3 as never])).toThrow('Expected a string for text');
    classifier.dispose();
  });
});
