import fc from 'fast-check';
import { endOfString, faultInString, jsonTokens, repeatedKey } from '../../lib/files/json-string';

test('a string of JSON ends at its own quotation mark, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (inside, after) => {
      const text = JSON.stringify(inside);
      expect(endOfString(text + after, 0)).toBe(text.length);
      expect(endOfString(text.slice(0, -1), 0)).toBeUndefined();
      expect(faultInString(text)).toBe(-1);
    }),
  );
});

test('strings of megabytes overflow nothing', () => {
  for (const piece of ['x', '\\"', '\\\\']) {
    const text = `"${piece.repeat(2_000_000)}"`;
    expect(endOfString(text, 0)).toBe(text.length);
  }
});

test.each([
  ['"a\nb"', 2],
  ['"\\x41"', 1],
  ['"\\u12"', 1],
  ['"\\\\\\q"', 3],
  ['"fine \\u00e9 \\n"', -1],
])('the fault in %j is at %i', (token, at) => {
  expect(faultInString(token)).toBe(at);
});

test('tokens are those of the text', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const tokens = [...jsonTokens(text)];
      expect(JSON.parse(tokens.map(({ token }) => token).join(' '))).toEqual(JSON.parse(text));
      for (const { token, index } of tokens) expect(text.startsWith(token, index)).toBe(true);
    }),
  );
});

test.each([
  ['{"a": 1, "b": {"a": 2}, "a": 3}', 'a', 24],
  ['{"\\u0061": 1, "a": 2}', 'a', 14],
  ['{"__proto__": 1, "__proto__": 2}', '__proto__', 17],
])('%s has a key twice', (text, key, index) => {
  expect(repeatedKey(text)).toEqual({ key, index });
});

test('an object in a list has a key twice', () => {
  expect(repeatedKey('[{"a": 1}, {"a": 1, "b": {"c": 1, "c": 2}}]', 2)).toBeUndefined();
  expect(repeatedKey('[{"a": 1}, {"b": 1, "b": 2}]', 2)).toEqual({ key: 'b', index: 20 });
});

test.each(['{"a": ["a", "a"], "b": {"c": 1, "c": 2}}', '[{"a": 1}, {"a": 2}]', '{}', '"a: a: a"'])(
  'the outermost object of %s has every key once',
  (text) => {
    expect(repeatedKey(text)).toBeUndefined();
  },
);
