import { text } from '../../../lib';
import { COUNTED, filled, fixture, SCORED } from './from-fixture';

const words = { minCount: 1 };

const models = {
  lstm: () => {
    const model = text.lstmLanguageModel(COUNTED, { ...words, dimensions: 4, hiddenSize: 5 });
    return model.withParams(filled(model.params, fixture.lstm.params));
  },
  transformer: () => {
    const model = text.transformerLanguageModel(COUNTED, {
      ...words,
      dimensions: 6,
      heads: 2,
      hidden: 10,
      layers: 2,
      maxLength: 7,
    });
    return model.withParams(filled(model.params, fixture.transformer.params));
  },
} as const;

describe.each(['lstm', 'transformer'] as const)('%s', (name) => {
  const model = models[name]() as text.LanguageModel;
  const expected = fixture[name];

  test("its perplexity, and each word's probability, are those of PyTorch's layers", () => {
    const found = text.perplexity(model, SCORED);
    expect(found.perplexity).toBeCloseTo(expected.perplexity, 4);
    expect(found).toMatchObject({ tokens: expected.tokens, unknown: 2 });
    const each = model.logProbabilities(SCORED);
    for (const [i, own] of each.entries()) {
      expect(own.length).toBe(expected.logProbabilities[i]?.length);
      own.forEach((value, j) => {
        expect(value).toBeCloseTo(expected.logProbabilities[i]?.[j] ?? 0, 5);
      });
    }
  });

  test('a text does not depend on its neighbours, and no word on later ones', () => {
    const alone = SCORED.map((one) => model.logProbabilities([one])[0] ?? []);
    const reversed = model.logProbabilities([...SCORED].reverse()).reverse();
    reversed.forEach((own, i) => {
      own.forEach((value, j) => {
        expect(value).toBeCloseTo(alone[i]?.[j] ?? 0, 5);
      });
    });
    const [short] = model.logProbabilities(['a b']);
    const [long] = model.logProbabilities(['a b d c']);
    expect(long?.[1]).toBeCloseTo(short?.[1] ?? 0, 5);
  });

  test('the probabilities after a history sum to 1, and are those of texts', () => {
    for (const history of [[], ['a'], ['b', 'x', 'd']]) {
      const p = model.distribution(history).map(Math.exp);
      expect(p.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
      expect([p[0], p[2]]).toEqual([0, 0]);
    }
    const [own] = model.logProbabilities(['a b']);
    expect(model.distribution(['a'])[model.words.vocabulary.id('b')]).toBeCloseTo(own?.[1] ?? 0, 5);
  });

  test('the empty text has an end', () => {
    const [own] = model.logProbabilities(['']);
    expect(own).toHaveLength(1);
    expect(own?.[0]).toBeCloseTo(model.distribution([])[model.words.vocabulary.id('</s>')] ?? 0, 5);
  });
});

test('refuses texts that are longer than a Transformer has places for', () => {
  expect(() => models.transformer().logProbabilities(['a a a a a a a a'])).toThrow(
    'Expected at most 7 words for a text of a language model but received number 8',
  );
});

test('refuses what is no model, no texts, and parameters of another model', () => {
  expect(() => text.perplexity({} as never, SCORED)).toThrow(/a language model/);
  expect(() => text.perplexity(models.lstm(), [])).toThrow(/at least one text/);
  expect(() => text.lstmLanguageModel([])).toThrow(/at least one text/);
  const other = text.lstmLanguageModel(COUNTED, { dimensions: 3, hiddenSize: 5 });
  expect(() => models.lstm().withParams(other.params)).toThrow(
    /for the embedding.weight of withParams/,
  );
  expect(() => text.transformerLanguageModel(COUNTED, { dimensions: 6, heads: 4 })).toThrow(
    /a divisor of 6/,
  );
});

test('words that come once are unknown, unless asked for, and an unknown word is counted', () => {
  const model = text.lstmLanguageModel(['a a b b c', 'd a']);
  expect(model.words.vocabulary.tokens).toEqual(['<pad>', '<unk>', '<s>', '</s>', 'a', 'b']);
  expect(text.perplexity(model, ['a c', 'b']).unknown).toBe(1);
});
