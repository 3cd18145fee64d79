import fc from 'fast-check';
import {
  encoderPackage,
  readPackageFile,
} from '../../../../lib/text/encoders/use-lite/package-files';
import { UnigramTokenizer } from '../../../../lib/text/encoders/use-lite/unigram-tokenizer';
import { cpuTime } from '../../../helpers/cpu-time';

type Piece = [piece: string, score: number];

const LOST_SCORE = 0;
const pieces: Piece[] = JSON.parse(
  readPackageFile('vocab.json', encoderPackage()).toString('utf8'),
  (_, value) => value ?? LOST_SCORE,
);
const tokenizer = new UnigramTokenizer(pieces, 6);
const words = pieces.slice(6).map(([piece]) => piece.replaceAll('\u2581', ' '));
const UNKNOWN_SCORE = Math.min(...pieces.map(([, score]) => score)) - 10;
const byPiece = new Map(pieces.map((entry, id) => [entry[0], id]));

/** All ids of a whole text, by the definition: the best of all ways to cut it. */
function encodeAll(text: string): number[] {
  const units = `\u2581${text.normalize('NFKC').replaceAll(' ', '\u2581')}`;
  const best: { score: number; ids: readonly number[] }[] = [{ score: 0, ids: [] }];
  for (let end = 1; end <= units.length; end++) {
    let found = { score: -Infinity, ids: [] as readonly number[] };
    for (let start = Math.max(0, end - 16); start < end; start++) {
      const before = best[start];
      if (before === undefined) continue;
      const known = byPiece.get(units.slice(start, end)) ?? -1;
      const options = known >= 6 ? [[known, pieces[known]?.[1] ?? 0] as const] : [];
      for (const [id, score] of start === end - 1
        ? [[0, UNKNOWN_SCORE] as const, ...options]
        : options) {
        const total = before.score + score;
        if (total < found.score) continue;
        const isRun = id === 0 && before.ids.at(-1) === 0;
        found = { score: total, ids: isRun ? before.ids : [...before.ids, id] };
      }
    }
    best[end] = found;
  }
  return [...(best.at(-1)?.ids ?? [])];
}

const someText = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...words) },
      fc.string({ unit: 'grapheme', maxLength: 5 }),
      fc.constantFrom(' ', '  ', '\n', '中文', '😀', 'e\u0301', '\ufb01', ':)', '\u2581', '\ufffd'),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

test('the ids are those of the best way to cut the text, and the first ones if there are more', () => {
  fc.assert(
    fc.property(someText, fc.integer({ min: 1, max: 128 }), (text, most) => {
      expect([...tokenizer.encode(text, most)]).toEqual(encodeAll(text).slice(0, most));
    }),
    { numRuns: 300 },
  );
});

test('a text that is longer than a window is cut as if it were read to its end', () => {
  fc.assert(
    fc.property(fc.array(someText, { minLength: 20, maxLength: 30 }), (texts) => {
      const text = texts.join(' ');
      expect([...tokenizer.encode(text, 5000)]).toEqual(encodeAll(text));
    }),
    { numRuns: 5 },
  );
});

test('white space counts, capitals differ, compatible forms do not, unknown runs are one token', () => {
  const encode = (text: string) => [...tokenizer.encode(text, 128)];
  expect(encode('a  b')).not.toEqual(encode('a b'));
  expect(encode('Money')).not.toEqual(encode('money'));
  expect(encode('ﬁne\u00a0wine')).toEqual(encode('fine wine'));
  expect(encode('中文字 a 中')).toEqual([30, 0, 11, 30, 0]);
  expect(encode('a\ud800b')).toEqual(encode('a\u4e2db'));
  expect(encode('')).toEqual([30]);
});

test.each([
  ['one letter', 'a'.repeat(500_000), 128],
  ['Chinese', '中文字'.repeat(333_333), 2],
  ['words', 'How do I reset my password? '.repeat(40_000), 128],
  ['emoji', '😀'.repeat(500_000), 2],
  ['marks', '\u0301'.repeat(1_000_000), 128],
])('the work on a megabyte of %s is bounded', (_, text, length) => {
  const times = Array.from({ length: 20 }, () =>
    cpuTime(() => expect(tokenizer.encode(text, 128).length).toBe(length)),
  );
  expect(Math.min(...times)).toBeLessThan(5);
});

test('the first tokens of a megabyte are those of its beginning', () => {
  const part = 'I have not received my new card, Übermut kostet 3 EUR — 😀 ok. ';
  const whole = part.repeat(20_000);
  expect([...tokenizer.encode(whole, 128)]).toEqual(encodeAll(whole.slice(0, 1_500)).slice(0, 128));
});

test('a text that is cut is cut where its parts are normalised independently', () => {
  const text = `${'x '.repeat(8_190)}${'e\u0301'.repeat(20)}`;
  const ids = tokenizer.encode(text, 100_000);
  expect([...ids]).toEqual([...tokenizer.encode(text.slice(0, 16_384), 100_000)]);
  expect(ids.at(-1)).not.toBe(tokenizer.encode('e', 9).at(-1));
});
