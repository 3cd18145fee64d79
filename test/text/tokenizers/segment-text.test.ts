import fc from 'fast-check';
import { segmentText } from '../../../lib/text/tokenizers/segment-text';
import { cpuTime } from '../../helpers/cpu-time';

const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

function inPieces(text: string): string[] {
  return Array.from(segmentText(segmenter, text), ({ segment }) => segment);
}

function whole(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

test('loses and adds nothing', () => {
  const text = fc.string({ unit: 'binary', minLength: 900, maxLength: 3000, size: 'max' });
  fc.assert(
    fc.property(text, (any) => {
      expect(inPieces(any).join('')).toBe(any);
    }),
    { numRuns: 30, endOnFailure: true },
  );
  expect(inPieces('')).toEqual([]);
});

test('finds the segments of the whole text', () => {
  const word = fc.constantFrom(
    ...[
      'the',
      "cat's",
      'e.g',
      '1,000',
      'ฉันรักแมว',
      '私は学生です',
      '北京天安门',
      'カタカナ',
      'שלום',
      'נ"ב',
    ],
    ...[
      '\u0301',
      '\u200d',
      '👩‍👩‍👧',
      '🇹🇭🇯🇵',
      '_',
      "'",
      '.',
      ':',
      ',',
      '"',
      '-',
      '½',
      'ກຳລັງ',
      'ខ្មែរ',
    ],
  );
  const space = fc.constantFrom(
    ' ',
    '  ',
    '\n',
    '\r\n',
    '\t',
    '\u00a0',
    '\u202f',
    '\ufeff',
    '\u2028',
    '\u0085',
    '\u3000',
    '!',
    '?',
    '(',
    ')',
    '。',
    '、',
    '',
  );
  const text = fc
    .array(fc.tuple(word, space), { minLength: 250, maxLength: 700, size: 'max' })
    .map((pairs) => `${pairs.flat().join('')} `);
  fc.assert(
    fc.property(text, (any) => {
      fc.pre(any.length > 1024 && !/[^ !?()。、]{1024}/.test(any));
      expect(inPieces(any)).toEqual(whole(any));
    }),
    { numRuns: 200, endOnFailure: true },
  );
});

test('cuts 1,024 characters without any space, and no surrogate pair', () => {
  expect(inPieces('a'.repeat(2500)).map((segment) => segment.length)).toEqual([1024, 1024, 452]);
  const pairs = `a${'𝒳'.repeat(1000)}`;
  expect(inPieces(pairs).map((segment) => segment.length)).toEqual([1023, 978]);
});

test('cuts at the last boundary, however far back it is', () => {
  const text = `a ${'b'.repeat(1023)}!${'c'.repeat(1000)} d`;
  expect(inPieces(text).map((segment) => segment.length)).toEqual([1, 1, 1023, 1, 1000, 1, 1]);
  expect(inPieces(text)).toEqual(whole(text));
});

test('takes time by length: 300,000 characters in less than three seconds', () => {
  const text = 'ฉันรักแมว the cät sāt. '.repeat(13_000);
  const time = cpuTime(() => expect(inPieces(text).length).toBeGreaterThan(100_000));
  expect(time).toBeLessThan(3000);
});
