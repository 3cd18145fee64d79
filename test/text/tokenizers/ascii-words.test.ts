import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { wordNetDirectory } from '../../../lib/text/datasets/wordnet';
import { asciiWords, asciiWordsAgree, isAscii } from '../../../lib/text/tokenizers/ascii-words';

const english = new Intl.Segmenter('en', { granularity: 'word' });

function segmenterWords(text: string): string[] {
  return Array.from(english.segment(text))
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
}

function differ(text: string): boolean {
  return asciiWords(text).join('\n') !== segmenterWords(text).join('\n');
}

/** One of each kind of character that the word boundary rules tell apart, line ends aside. */
const KINDS = ['a', '0', '_', '.', ':', "'", ',', ' '];

test('equals the segmenter on all strings of five characters, by kinds', () => {
  let texts = [''];
  for (let length = 1; length <= 5; length++) {
    texts = texts.flatMap((text) => KINDS.map((kind) => text + kind));
  }
  // A line feed bounds every word (WB3a, WB3b), so the strings do not touch each other.
  expect(texts).toHaveLength(32_768);
  // Few at a time: the segmenter's time grows with the square of the length.
  for (let i = 0; i < texts.length; i += 256) {
    const text = texts.slice(i, i + 256).join('\n');
    expect(asciiWords(text)).toEqual(segmenterWords(text));
  }
});

test('equals the segmenter on any ASCII text', () => {
  const character = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...KINDS) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 127 }).map((c) => String.fromCharCode(c)) },
  );
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 60 }), (text) => {
      expect(asciiWords(text)).toEqual(segmenterWords(text));
    }),
    { numRuns: 10_000 },
  );
});

test('equals the segmenter on all glosses of WordNet, examples included', () => {
  let glosses = 0;
  const differing: string[] = [];
  for (const file of ['data.noun', 'data.verb', 'data.adj', 'data.adv']) {
    for (const line of readFileSync(join(wordNetDirectory(), file), 'latin1').split('\n')) {
      if (!/^\d/.test(line)) continue;
      const gloss = line.slice(line.indexOf(' | ') + 3);
      if (differ(gloss)) differing.push(gloss);
      glosses++;
    }
  }
  expect(glosses).toBe(117_791);
  expect(differing).toEqual([]);
});

test.each(['en', 'en-GB', 'de', 'fi', 'sv', 'tr', 'th', 'ja', 'zh'])('agrees for %s', (locale) => {
  expect(asciiWordsAgree(new Intl.Segmenter(locale, { granularity: 'word' }))).toBe(true);
});

test.each([
  ['colons', /:/g],
  ['commas between digits', /(?<=\d),(?=\d)/g],
  ['underscores from each other', /(?<=_)(?=_)/g],
])('notices a segmenter that splits at %s', (name, where) => {
  class Splits extends Intl.Segmenter {
    override resolvedOptions() {
      return { ...super.resolvedOptions(), locale: name };
    }
    override segment(text: string) {
      return super.segment(text.replace(where, ' '));
    }
  }
  expect(asciiWordsAgree(new Splits('en', { granularity: 'word' }))).toBe(false);
  expect(asciiWordsAgree(english)).toBe(true);
});

test('knows ASCII', () => {
  expect(isAscii('\0 az \x7f')).toBe(true);
  expect(isAscii('')).toBe(true);
  expect(isAscii('a\x80')).toBe(false);
  expect(isAscii('naïve')).toBe(false);
});
