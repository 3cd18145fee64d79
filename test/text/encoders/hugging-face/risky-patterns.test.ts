import {
  riskyPattern,
  withinTime,
} from '../../../../lib/text/encoders/hugging-face/risky-patterns';

const split = (pattern: unknown) => ({ pre_tokenizer: { type: 'Split', pattern } });

test.each(['(a+)+$', 'a*a*a*b', '(?:x|y)*z{2,}', '\\\\d+\\s*'])('%s may never end', (pattern) => {
  expect(riskyPattern(split({ Regex: pattern }))).toBe(pattern);
  const nested = { normalizer: { normalizers: [{}, { pattern: { Regex: pattern } }] } };
  expect(riskyPattern(nested)).toBe(pattern);
});

test.each([' {2,}', '\\s', 'a+', '\\+\\*\\?a'])('%s comes to an end', (pattern) => {
  expect(riskyPattern(split({ Regex: pattern }))).toBeUndefined();
  expect(riskyPattern(split({ String: '(a+)+$' }))).toBeUndefined();
});

test('work that takes too long is ended, and nothing else is', () => {
  const late = () => new Error('late');
  expect(withinTime(() => [1, 2], late)).toEqual([1, 2]);
  expect(withinTime(() => undefined, late)).toBeUndefined();
  const own = new TypeError('its own');
  const fail = (): never => {
    throw own;
  };
  expect(() => withinTime(fail, late)).toThrow(own);
  const text = `${'a'.repeat(60)}!`;
  expect(() => withinTime(() => /^(a+)+$/u.test(text), late)).toThrow('late');
  expect(withinTime(() => withinTime(() => 3, late), late)).toBe(3);
});
