import fc from 'fast-check';
import { sameText } from '../../../lib/text/datasets/dataset';
import { foldVariants } from '../../../lib/text/tokenizers/fold-variants';
import { WordTokenizer } from '../../../lib/text/tokenizers/word-tokenizer';

const tokenizer = new WordTokenizer();
const INVISIBLE = [
  '\u00ad',
  '\u061c',
  '\u200c',
  '\u200d',
  '\u200e',
  '\u200f',
  '\u202a',
  '\u202e',
  '\u2060',
  '\u2066',
  '\u2069',
  '\ufeff',
];

test.each([
  ['right quotation mark', 'don\u2019t'],
  ['left quotation mark', 'don\u2018t'],
  ['reversed quotation mark', 'don\u201bt'],
  ['modifier letter', 'don\u02bct'],
  ['acute accent', 'don\u00b4t'],
  ['fullwidth', 'don\uff07t'],
])("takes the %s between letters for '", (_, text) => {
  expect(tokenizer.tokenize(text)).toEqual(["don't"]);
  expect(sameText(text)).toBe("don't");
});

test('takes typographic quotation marks and hyphens for plain ones', () => {
  const punctuation = new WordTokenizer({ keepPunctuation: true });
  expect(punctuation.tokenize('\u201cwell\u2010known\u201d \u2018one\u2019')).toEqual(
    punctuation.tokenize('"well-known" \'one\''),
  );
  expect(sameText('\u201ewell\u2011known\u201d')).toBe('"well-known"');
});

test('leaves letters that look like apostrophes where they begin a word', () => {
  expect(tokenizer.tokenize('\u02bcane \u02bbokina')).toEqual(['\u02bcane', '\u02bbokina']);
});

test.each(INVISIBLE.map((mark) => [mark.charCodeAt(0).toString(16), mark]))(
  'leaves out U+%s wherever it says nothing',
  (_, mark) => {
    expect(tokenizer.tokenize(`${mark}weather${mark} fore${mark}cast`)).toEqual([
      'weather',
      'forecast',
    ]);
    expect(tokenizer.tokenize(`caf${mark}e\u0301 caf${mark}é cafe${mark}\u0301`)).toEqual([
      'café',
      'café',
      'café',
    ]);
  },
);

test('ends a word at a zero-width space, which is no token', () => {
  const punctuation = new WordTokenizer({ keepPunctuation: true });
  expect(punctuation.tokenize('left\u200bright')).toEqual(['left', 'right']);
  expect(sameText('left\u200b right')).toBe('left right');
});

test.each([
  ['Persian', 'می\u200cخواهم'],
  ['Persian with a vowel sign', 'میِ\u200cخواهم'],
  ['Hindi, after a virama', 'क\u094d\u200dष'],
  ['Hindi, kept apart', 'क\u094d\u200cष'],
  ['Bengali, before a virama', 'র\u200d\u09cdয'],
  ['Malayalam, at the end', 'ന\u0d4d\u200d'],
  ['Sinhala', 'ක\u0dca\u200dෂ'],
  ['Khmer, before a register shifter', 'ប\u200c\u17c9'],
  ['a family of emoji', '👩\u200d👩\u200d👧'],
  ['emoji of a skin tone', '👩🏽\u200d🚀'],
  ['emoji with a variation selector', '❤\ufe0f\u200d🔥'],
])('keeps the joiners of %s', (_, text) => {
  expect(foldVariants(text)).toBe(text);
});

test.each([
  ['at the end of a Persian word', 'می\u200c', 'می'],
  ['twice', 'می\u200c\u200cخواهم', 'می\u200cخواهم'],
  ['between Persian letters that join anyway', 'مي\u200dخ', 'ميخ'],
  ['between a letter and emoji', 'a\u200d👧', 'a👧'],
])('leaves out joiners %s', (_, text, folded) => {
  expect(foldVariants(text)).toBe(folded);
});

const pieces = fc.constantFrom(
  ...['don', 't', 'É', 'e\u0301', ' ', "'", '\u2019', '\u02bc', '"', '\u201c', '-', '\u2010'],
  ...['می', 'خ', 'क', '\u094d', '👩', '🏽', '\ufe0f', '1', '.', '\u200b', '\u00b4'],
  ...INVISIBLE,
);
const texts = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''));

test('folding twice is folding once', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(foldVariants(foldVariants(text))).toBe(foldVariants(text));
      expect(sameText(sameText(text))).toBe(sameText(text));
    }),
  );
});

test('the same text has the same tokens', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(tokenizer.tokenize(sameText(text))).toEqual(tokenizer.tokenize(text));
    }),
  );
});

test('what a typesetter puts into a text changes neither its tokens nor its key', () => {
  const marks = fc.constantFrom(...INVISIBLE);
  const plain = fc.array(fc.constantFrom('a', 'é', "don't", ' ', 'x-y', '"', '7', '.'));
  fc.assert(
    fc.property(plain, fc.array(marks), (words, between) => {
      const text = words.join('');
      const set = words
        .map((word, i) => word.replace("'", '\u2019').replace('-', '\u2010') + (between[i] ?? ''))
        .join('');
      expect(sameText(set)).toBe(sameText(text));
      expect(tokenizer.tokenize(set)).toEqual(tokenizer.tokenize(text));
    }),
  );
});
