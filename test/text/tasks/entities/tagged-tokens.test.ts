import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArgumentRangeError, ArgumentTypeError } from '../../../../lib/errors';
import { loadEntityTexts, readEntities } from '../../../../lib/text';
import { taggedTokensOf, tokenTags } from '../../../../lib/text/tasks/entities';
import { temporaryFolder } from '../../../helpers/folders';

const tokens = ['the', 'Bank', 'of', 'Oslo'];
const city = { type: 'city', start: 3, end: 4 };

const read = (value: unknown) => taggedTokensOf(value, 'examples', 'fit');

test('puts entities in the order of their first tokens', () => {
  const [sentence] = read([{ tokens, entities: [city, { type: 'what', start: 1, end: 3 }] }]);
  expect(sentence?.entities).toEqual([{ type: 'what', start: 1, end: 3 }, city]);
  expect(sentence && tokenTags(sentence)).toEqual([
    { place: 0 },
    { place: 1, type: 'what' },
    { place: 2, type: 'what' },
    { place: 1, type: 'city' },
  ]);
});

test('refuses an entity inside another, and says which', () => {
  const nested = [{ tokens, entities: [{ type: 'company', start: 1, end: 4 }, city] }];
  expect(() => read(nested)).toThrow(ArgumentRangeError);
  expect(() => read(nested)).toThrow(
    /entities that do not overlap .* examples\[0\]\.entities of fit but received .*company \[1, 4\) and city \[3, 4\)/,
  );
});

test.each<[string, unknown, typeof ArgumentRangeError | typeof ArgumentTypeError]>([
  ['what is no array', 'x', ArgumentTypeError],
  ['a sentence that is no object', [null], ArgumentTypeError],
  ['no tokens', [{ tokens: [], entities: [] }], ArgumentRangeError],
  ['an empty token', [{ tokens: ['a', ''], entities: [] }], ArgumentRangeError],
  ['a token that is a number', [{ tokens: ['a', 1], entities: [] }], ArgumentTypeError],
  ['missing entities', [{ tokens }], ArgumentTypeError],
  ['an empty entity', [{ tokens, entities: [{ ...city, end: 3 }] }], ArgumentRangeError],
  [
    'an entity beyond the sentence',
    [{ tokens, entities: [{ ...city, end: 5 }] }],
    ArgumentRangeError,
  ],
  ['a type without a name', [{ tokens, entities: [{ ...city, type: ' ' }] }], ArgumentRangeError],
  [
    'types that are one up to case',
    [
      { tokens, entities: [city] },
      { tokens, entities: [{ ...city, type: 'City' }] },
    ],
    ArgumentRangeError,
  ],
])('refuses %s', (_, value, error) => {
  expect(() => read(value)).toThrow(error);
});

test('an entity that is no object is said by its place', () => {
  expect(() => read([{ tokens, entities: ['city'] }])).toThrow(
    /^Expected \{ type, start, end \} for examples\[0\]\.entities\[0\] of fit/,
  );
});

describe('readEntities', () => {
  const folder = temporaryFolder();

  test('reads the entities of a CoNLL file', async () => {
    const path = join(folder(), 'a.conll');
    writeFileSync(path, 'New\tB-city\nYork\tI-city\nsleeps\tO\n\nOslo\tB-city\n');
    expect(await readEntities(path)).toEqual([
      { tokens: ['New', 'York', 'sleeps'], entities: [{ type: 'city', start: 0, end: 2 }] },
      { tokens: ['Oslo'], entities: [{ type: 'city', start: 0, end: 1 }] },
    ]);
  });
});

test.each([
  ['travel', ['airline', 'city', 'time']],
  ['music', ['artist', 'song', 'venue']],
  ['shop', ['brand', 'price', 'product']],
] as const)('the texts about %s have 30 sentences and three types', (domain, types) => {
  const sentences = loadEntityTexts({ domain });
  expect(sentences).toHaveLength(30);
  expect(taggedTokensOf(sentences, 'sentences', 'test')).toEqual(sentences);
  const found = sentences.flatMap(({ entities }) => entities.map(({ type }) => type));
  expect([...new Set(found)].toSorted()).toEqual(types);
  for (const type of types) expect(found.filter((one) => one === type).length).toBeGreaterThan(8);
  expect(new Set(sentences.map((one) => one.tokens.join(' '))).size).toBe(30);
});
