import fc from 'fast-check';
import { JsonScanner } from '../../../lib/torch/files/json-scanner';

function scanner(text: string | Uint8Array): JsonScanner {
  return new JsonScanner(Buffer.from(text), (expected, at) => new Error(`${expected} at ${at}`));
}

test('reads every string that JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(scanner(JSON.stringify(text)).string()).toBe(text);
    }),
  );
});

test('reads escapes', () => {
  expect(scanner(String.raw`"\u0041\n\"\\\/\ud83d\ude00"`).string()).toBe('A\n"\\/😀');
});

test.each([
  ['an unpaired surrogate', String.raw`"\ud800"`, 'valid escapes at 0'],
  ['an unknown escape', String.raw`"\x41"`, 'valid escapes at 0'],
  ['a control character', '"a\nb"', 'the end of a string at 2'],
  ['no closing quote', '"ab', 'the end of a string at 3'],
  ['an escaped closing quote', '"ab\\"', 'the end of a string at 5'],
  ['a number', '1', 'a string at 0'],
])('refuses a string with %s', (_, text, message) => {
  expect(() => scanner(text).string()).toThrow(message);
});

test('reads integers exactly, up to 2^53 - 1', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      expect(scanner(` ${value} `).integer()).toBe(value);
    }),
  );
  expect(scanner('9007199254740991').integer()).toBe(Number.MAX_SAFE_INTEGER);
});

test.each([
  '',
  '-1',
  '-0',
  '+1',
  '01',
  '00',
  '"1"',
  'null',
  '9007199254740992',
  '9007199254740993',
  '1'.repeat(400),
])('refuses %j as an integer', (text) => {
  expect(() => scanner(text).integer()).toThrow('an integer in [0, 2^53) at 0');
});

test.each(['1.0', '1e3', '1E3', '1 2'])('takes no more than the digits of %s', (text) => {
  expect(() => {
    const numbers = scanner(text);
    numbers.integer();
    numbers.end();
  }).toThrow('nothing more');
});

test('refuses a key given twice, however it is spelled, but not in another object', () => {
  const read = (text: string): string[] => {
    const keys: string[] = [];
    const outer = scanner(text);
    outer.object((key) => {
      keys.push(key);
      outer.object((inner) => keys.push(`${key}.${inner}.${outer.integer()}`));
    });
    outer.end();
    return keys;
  };
  expect(read('{"a":{"a":1,"b":2},"b":{"a":3}}')).toEqual(['a', 'a.a.1', 'a.b.2', 'b', 'b.a.3']);
  expect(read('{"\\"":{},"\\\\":{}}')).toEqual(['"', '\\']);
  expect(read('{"__proto__":{},"toString":{}}')).toEqual(['__proto__', 'toString']);
  expect(() => read('{"a":{},"a":{}}')).toThrow('each key once, not "a" again, at 8');
  expect(() => read('{"a":{},"\\u0061":{}}')).toThrow('each key once, not "a" again, at 8');
  expect(() => read('{"b":{"a":1,"a":1}}')).toThrow('each key once');
});

test.each(['[1,]', '[,1]', '[1 2]', '[1', '[', '1', '{}', '[1]]'])(
  'refuses the list %s',
  (text) => {
    const list = scanner(text);
    expect(() => {
      list.array(() => list.integer());
      list.end();
    }).toThrow(/at \d/);
  },
);

test('skips white space wherever JSON allows it, and no other', () => {
  const spaced = scanner(' [ 1 ,\t2\r\n, 3 ] ');
  const items: number[] = [];
  spaced.array(() => items.push(spaced.integer()));
  spaced.end();
  expect(items).toEqual([1, 2, 3]);
  expect(() => scanner('\u00a01').integer()).toThrow('an integer');
  expect(() => scanner('\f1').integer()).toThrow('an integer');
});
