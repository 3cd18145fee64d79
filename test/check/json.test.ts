import fc from 'fast-check';
import {
  json,
  jsonObject,
  listOf,
  literal,
  matching,
  nullable,
  string,
  tupleOf,
} from '../../lib/check';

test.each([
  ['a string', () => listOf(string)(['a', 1], 'words', 'f'), 'Expected a string for words[1] of f'],
  [
    'a list',
    () => listOf(string)('abc', 'words', 'f'),
    'Expected an array of values for words of f',
  ],
  ['a list without holes', () => listOf(string)(new Array(1), 'words', 'f'), 'without holes'],
  ['enough items', () => listOf(string, 2)(['a'], 'words', 'f'), 'Expected an array of at least 2'],
  [
    'a literal',
    () => literal('x')('y', 'kind', 'f'),
    "Expected 'x' for kind of f but received string 'y'",
  ],
  ['a number as literal', () => literal(1)('1', 'version', 'f'), 'Expected 1 for version of f'],
  [
    'a pattern',
    () => matching(/^a/, 'a word in a')('b', 'name', 'f'),
    'Expected a word in a for name',
  ],
  ['a tuple', () => tupleOf(string, string)(['a'], 'pair', 'f'), 'Expected an array of length 2'],
  [
    'an item of a tuple',
    () => tupleOf(string, nullable(string))(['a', 1], 'pair', 'f'),
    'pair[1] of f',
  ],
  ['a finite number', () => json({ a: [Number.NaN] }, 'x', 'f'), 'Expected JSON for x.a[0] of f'],
  ['JSON', () => json([() => 1], 'x', 'f'), 'Expected JSON for x[0] of f but received function'],
  ['an object', () => jsonObject([], 'x', 'f'), 'Expected an object for x of f'],
])('a value other than %s is refused by its place', (_, check, message) => {
  expect(check).toThrow(message);
});

test('values without end are refused', () => {
  const endless: unknown[] = [];
  endless.push(endless);
  expect(() => json(endless, 'x', 'f')).toThrow('Expected JSON for x of f');
  expect(() => jsonObject({ endless }, 'x', 'f')).toThrow('Expected a JSON object for x of f');
});

test('null passes where it may be', () => {
  expect(nullable(string)(null, 'x', 'f')).toBeNull();
  expect(nullable(string)('a', 'x', 'f')).toBe('a');
});

test('what JSON can say comes back as it is, keys such as __proto__ included', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const parsed: unknown = JSON.parse(JSON.stringify(value));
      expect(json(parsed, 'x', 'f')).toEqual(parsed);
    }),
  );
  const odd: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":2}');
  expect(JSON.stringify(json(odd, 'x', 'f'))).toBe('{"__proto__":{"a":1},"constructor":2}');
});
