import fc from 'fast-check';
import { compareCodePoints } from '../../lib/text/code-point-order';

/** The definition, spelled out: the lists of code points in lexicographic order. */
function reference(a: string, b: string): number {
  const x = Array.from(a, (c) => c.codePointAt(0) ?? 0);
  const y = Array.from(b, (c) => c.codePointAt(0) ?? 0);
  const i = x.findIndex((point, at) => point !== y[at]);
  if (i < 0) return Math.sign(x.length - y.length);
  return Math.sign((x[i] ?? 0) - (y[i] ?? -1));
}

test('puts U+1F600 after U+FF5E, where code units would not', () => {
  expect('\u{1f600}' < '\uff5e').toBe(true);
  expect(compareCodePoints('\u{1f600}', '\uff5e')).toBeGreaterThan(0);
});

test('goes by code points at the borders of the surrogates', () => {
  const order = ['\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{103fe}', '\u{103ff}', '\u{10ffff}'];
  expect([...order].reverse().sort(compareCodePoints)).toEqual(order);
  for (const [i, a] of order.entries()) {
    for (const [j, b] of order.entries()) {
      expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(i - j));
    }
  }
});

test('puts a prefix first, and capitals before small letters', () => {
  expect(['b', 'ab', 'a', 'B', ''].sort(compareCodePoints)).toEqual(['', 'B', 'a', 'ab', 'b']);
});

test('is the lexicographic order of code points', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '😁'),
  });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareCodePoints(a, b))).toBe(reference(a, b));
    }),
    { numRuns: 2000 },
  );
});
