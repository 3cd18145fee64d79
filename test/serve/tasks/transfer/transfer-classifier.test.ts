import { ArgumentRangeError, ArgumentTypeError } from '../../../../lib/errors';
import { TransferClassifier } from '../../../../lib/serve';
import { fitTransfer } from '../../../../lib/serve/tasks/transfer/fit-transfer';
import { HashedVectorizer, type LabeledText, loadOpinions } from '../../../../lib/text';
import { torch } from '../../../../lib/torch';

const vectorizer = new HashedVectorizer({ dimensions: 512 });
const rows = (label: string, texts: string[]): LabeledText[] =>
  texts.map((text) => ({ text, label }));

describe('fitTransfer', () => {
  const generator = torch.generator(3);
  const part = (n: number, flip: boolean) => {
    const y = Array.from({ length: n }, (_, i) => i % 2);
    const signs = torch.tensor(y.map((label) => [(label === 0 ? 1 : -1) * (flip ? -1 : 1)]));
    return { x: torch.randn([n, 6], { generator }).mul(0.5).add(signs), y };
  };

  test('the weights solve the weighted normal equations', () => {
    torch.scope(() => {
      const [target, source] = [part(6, false), part(20, false)];
      const { weights, share } = fitTransfer(target, source, 2);
      const x = torch.cat([torch.cat([target.x, source.x]), torch.ones([26, 1])], 1).to('float64');
      const y = torch.tensor([...target.y, ...source.y].map((l) => [1 - l, l])).to('float64');
      const a = torch
        .tensor([
          ...target.y.map(() => [(26 * share) / 6]),
          ...source.y.map(() => [(26 * (1 - share)) / 20]),
        ])
        .to('float64');
      // XᵀA(Y − XW) = λW for one λ: its entries are proportional to W.
      const left = x.mul(a).mT.matmul(y.sub(x.matmul(weights.to('float64'))));
      const lambda = Number(left.mul(weights).sum().div(weights.square().sum()).item());
      expect(
        [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30].some((l) => Math.abs(l - lambda) < 1e-3 * l),
      ).toBe(true);
      expect(Number(left.sub(weights.mul(lambda)).abs().max().item())).toBeLessThan(1e-3);
    });
  });

  test('a source that contradicts the examples gets little say, one that agrees gets more', () => {
    torch.scope(() => {
      const target = part(12, false);
      const [agrees, contradicts] = [part(60, false), part(60, true)];
      const shares = [agrees, contradicts].map((source) => fitTransfer(target, source, 2).share);
      expect(shares[1]).toBeGreaterThan(shares[0] ?? 1);
      expect(shares[1]).toBeGreaterThanOrEqual(0.9);
    });
  });

  test('one of the two alone decides by itself', () => {
    torch.scope(() => {
      const nothing = { x: torch.zeros([0, 6]), y: [] };
      expect(fitTransfer(part(8, false), nothing, 2).share).toBe(1);
      expect(fitTransfer(nothing, part(8, false), 2).share).toBe(0);
    });
  });
});

const examples = [
  ...rows('weather', ['rain and wind', 'heavy rain']),
  ...rows('money', ['a loan', 'pay a bill']),
];

test('knows labels that only the source has, and gives every label its probability', () => {
  const source = rows('music', ['a song', 'the song of a band']);
  using classifier = new TransferClassifier(vectorizer, examples, { source });
  expect(classifier.labels).toEqual(['weather', 'money', 'music']);
  const predictions = classifier.predict(['wind and rain', 'pay the loan', 'the band']);
  expect(predictions.map(({ label }) => label)).toEqual(['weather', 'money', 'music']);
  for (const { probability, probabilities, label } of predictions) {
    expect(Object.values(probabilities).reduce((a, b) => a + b)).toBeCloseTo(1, 9);
    expect(probabilities[label]).toBe(probability);
  }
});

test('the order of examples and source means nothing', () => {
  const source = loadOpinions({ set: 'hotels-en' });
  const target = loadOpinions({ set: 'apps-en' });
  const asked = loadOpinions({ set: 'apps-de' }).map(({ text }) => text);
  using one = new TransferClassifier(vectorizer, target, { source });
  using other = new TransferClassifier(vectorizer, target.toReversed(), {
    source: source.toReversed(),
  });
  const [a, b] = [one.predict(asked), other.predict(asked)];
  expect(other.targetShare).toBe(one.targetShare);
  expect(b.map(({ label }) => label)).toEqual(a.map(({ label }) => label));
});

test('frees what it learned', () => {
  const before = torch.memory().tensors;
  const classifier = new TransferClassifier(vectorizer, examples);
  expect(torch.memory().tensors).toBe(before + 1);
  classifier.dispose();
  expect(torch.memory().tensors).toBe(before);
  expect(() => classifier.predict(['x'])).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_DISPOSED' }),
  );
});

test('refuses what is no example, fewer than two labels, and features that are not finite', () => {
  expect(() => new TransferClassifier(vectorizer, [{ text: 'x' } as never])).toThrow(
    ArgumentTypeError,
  );
  expect(() => new TransferClassifier(vectorizer, [], { source: 'x' as never })).toThrow(
    ArgumentTypeError,
  );
  expect(() => new TransferClassifier(vectorizer, rows('a', ['x', 'y']))).toThrow(
    ArgumentRangeError,
  );
  expect(() => new TransferClassifier({} as never, examples)).toThrow(ArgumentTypeError);
});

test.each<[string, LabeledText[], LabeledText[], string]>([
  [
    'an empty text',
    [...examples, { text: ' ', label: 'money' }],
    [],
    'a text with something in it for examples[4].text of TransferClassifier',
  ],
  [
    'an empty text of the source',
    examples,
    rows('money', ['a loan', '']),
    'a text with something in it for source[1].text of TransferClassifier',
  ],
  ['a label without a name', rows('', ['a loan']), [], 'a name for the label of examples[0]'],
  [
    'labels of both that are one up to case',
    examples,
    rows('Money ', ['a coin']),
    "labels that differ in more than case and white space but received string 'money' and string 'Money '",
  ],
])('refuses %s', (_, own, source, message) => {
  const make = () => new TransferClassifier(vectorizer, own, { source });
  expect(make).toThrow(ArgumentRangeError);
  expect(make).toThrow(message);
});

test('refuses to predict an empty text', () => {
  using classifier = new TransferClassifier(vectorizer, examples);
  expect(() => classifier.predict(['a loan', '\n'])).toThrow(
    'Expected a text with something in it for texts[1] of TransferClassifier.predict',
  );
});
