import { inspectExamples } from '../../../lib/serve';

test('finds everything that is wrong, at once', () => {
  const report = inspectExamples([
    { text: 'I lost my card', label: 'card' },
    { text: 'i lost it', label: 'card' },
    { text: 'I  lost my card', label: 'card' },
    { text: 'top up', label: 'money' },
    { text: 'top up', label: 'card' },
    { text: ' ', label: 'money' },
    { text: 'rain', label: 'Money ' },
    { label: 'card' } as never,
    { text: 'snow', label: ' ' },
    { text: 'sun' } as never,
  ]);
  expect(report).toEqual({
    labels: [
      { label: 'card', examples: 3 },
      { label: 'money', examples: 1 },
      { label: 'Money ', examples: 1 },
    ],
    contradictions: [{ text: 'top up', labels: ['money', 'card'] }],
    duplicates: [{ text: 'I lost my card', label: 'card', times: 2 }],
    empty: ['examples[5]', 'examples[7]'],
    unnamed: ['examples[8]', 'examples[9]'],
    withoutTexts: [],
    sameLabels: [['money', 'Money ']],
    single: ['money', 'Money '],
    imbalance: 3,
  });
});

test('good examples have nothing to report', () => {
  const report = inspectExamples({ a: ['x', 'y'], b: ['z', 'w'] });
  const { labels: _, imbalance, ...findings } = report;
  expect(Object.values(findings).flat()).toEqual([]);
  expect(imbalance).toBe(1);
  expect(inspectExamples([]).labels).toEqual([]);
});

test('labels without texts, and texts under an empty name, are findings too', () => {
  const report = inspectExamples({ a: ['x'], b: [], '': ['y', ''] });
  expect(report).toMatchObject({
    labels: [{ label: 'a', examples: 1 }],
    empty: ['[1]'],
    unnamed: ['[0]', '[1]'],
    withoutTexts: ['b'],
  });
  expect(inspectExamples({ a: [], b: [] }).withoutTexts).toEqual(['a', 'b']);
  expect(inspectExamples({}).labels).toEqual([]);
});

test('refuses what are no examples', () => {
  expect(() => inspectExamples(3 as never)).toThrow('inspectExamples: Expected texts by label');
});

test('a list with holes, of which there may be 2³², is refused', () => {
  const holes = Array<string>(2 ** 32 - 1);
  for (const examples of [holes, { a: holes }]) {
    expect(() => inspectExamples(examples as never)).toThrow('[0] but received undefined');
  }
});
