import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { firstTokens } from '../../../../lib/text/encoders/hugging-face/first-tokens';
import { TextTokenizer } from '../../../../lib/text/encoders/hugging-face/text-tokenizer';
import { cpuTime } from '../../../helpers/cpu-time';

const FIXTURES = join(__dirname, '../../../fixtures/encoders');
const MINILM = join(__dirname, '../../../../../shared/data/encoders/all-MiniLM-L6-v2');
const folders = ['bert', 'roberta', 'xlm-roberta'].map((type) => join(FIXTURES, type));
if (existsSync(MINILM)) folders.push(MINILM);
else console.log(`all-MiniLM-L6-v2 is not tested: ${MINILM} is absent`);

const ENDLESS = 1_000_000;
/** Characters that are read at most. */
const READ = 2 ** 12;

const words = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[a-z]{1,12}$/) },
  { weight: 2, arbitrary: fc.constantFrom('the', 'cats', 'sat', 'on', 'the', 'mats', 'Café') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('.', ', ', '\n', '\t\t', '…', '—', '🙂', '漢字', '한국어'),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 900 }).map((n) => ' '.repeat(n)) },
  { weight: 1, arbitrary: fc.integer({ min: 60, max: 800 }).map((n) => 'ab'.repeat(n / 2)) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 700 }).map((n) => '漢🙂字'.repeat(n)) },
);
const texts = fc
  .tuple(
    fc.array(words, { maxLength: 30 }),
    fc.constantFrom('', ' '),
    fc.integer({ min: 1, max: 30 }),
  )
  .map(([parts, between, times]) => parts.join(between).concat(between).repeat(times));

describe.each(folders)('%s', (folder) => {
  const tokenizer = new TextTokenizer(folder, { vocabularySize: 1e6, lowerCase: false });

  test('gives the beginning of the ids of the whole text', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 3, max: 40 }), (text, maxLength) => {
        const whole = tokenizer.tokenize(text.slice(0, READ), ENDLESS);
        const found = tokenizer.tokenize(text, maxLength);
        if (whole.length <= maxLength) return expect(found).toEqual(whole);
        // The last one closes the text, whatever its length.
        const expected = [...whole.slice(0, maxLength - 1), ...whole.slice(-1)];
        return expect([...found]).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['Chinese without blanks', '我想重置我的密码'.repeat(131_072)],
    ['English', 'how do I reset my password? '.repeat(37_449)],
    ['one letter', 'x'.repeat(2 ** 20)],
    ['blanks', ' '.repeat(2 ** 20)],
  ])('reads little of a megabyte of %s', (_, text) => {
    expect(tokenizer.tokenize(text, 64).length).toBeGreaterThan(1);
    expect(tokenizer.tokenize(text, 64).length).toBeLessThan(65);
  });
});

(existsSync(MINILM) ? describe : describe.skip)('all-MiniLM-L6-v2', () => {
  test('takes less than 5 ms for 64 tokens of a megabyte of Chinese', () => {
    const tokenizer = new TextTokenizer(MINILM, { vocabularySize: 30_522, lowerCase: false });
    const text = '我想重置我的密码'.repeat(131_072);
    const times = Array.from({ length: 30 }, () =>
      cpuTime(() => expect(tokenizer.tokenize(text, 64).length).toBe(64)),
    );
    expect(Math.min(...times)).toBeLessThan(5);
  });
});

test('reads a bounded beginning', () => {
  let read = 0;
  const idsOf = (text: string): number[] => {
    read += text.length;
    return [...text].map((character) => character.codePointAt(0) ?? 0);
  };
  const text = 'x🙂'.repeat(500_000);
  expect(firstTokens(text, 5, idsOf)).toEqual(idsOf('x🙂x🙂x'));
  expect(read).toBeLessThan(2_000);
});

test('reads no further than 4,096 characters, or 16 for each token', () => {
  const idsOf = (text: string): number[] => [text.length];
  expect(firstTokens('x'.repeat(1_000_000), 5, idsOf)).toEqual([4_096]);
  expect(firstTokens('x'.repeat(1_000_000), 1_000, idsOf)).toEqual([16_000]);
});

test('reads on where a word does not end', () => {
  // A word is one id, as an unknown one of WordPiece is.
  const idsOf = (text: string): number[] =>
    text
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => word.length);
  const text = `a ${'b'.repeat(2_000)}${' '.repeat(1_500)}ccc dd`;
  expect(firstTokens(text, 3, idsOf)).toEqual([1, 2_000, 3]);
});
