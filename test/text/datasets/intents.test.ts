import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArgumentRangeError, ArgumentTypeError } from '../../../lib/errors';
import { sameText } from '../../../lib/text';
import { type IntentLanguage, loadIntents, readIntents } from '../../../lib/text/datasets/intents';
import { temporaryFolder } from '../../helpers/folders';

const LANGUAGES: readonly IntentLanguage[] = ['en', 'zh'];

/** All sentences of a language with what they belong to. */
function rowsOf(language: IntentLanguage): { text: string; key: string; of: string }[] {
  const intents = loadIntents({ language });
  return [
    ...intents.classes.flatMap((of) => intents.examples(of).map((text) => ({ text, of }))),
    ...intents.outOfScope.map((text) => ({ text, of: 'out of scope' })),
  ].map((row) => ({ ...row, key: sameText(row.text) }));
}

describe.each(LANGUAGES)('the sentences of %s', (language) => {
  const intents = loadIntents({ language });
  const rows = rowsOf(language);

  test('are 20 of each of 30 intents, and 40 that are out of scope', () => {
    expect(intents.name).toBe(`intents-${language}`);
    expect(intents.classes).toHaveLength(30);
    expect(intents.classes.map((label) => intents.examples(label).length)).toEqual(
      Array.from({ length: 30 }, () => 20),
    );
    expect(intents.outOfScope).toHaveLength(40);
  });

  test('are all different', () => {
    expect(intents.removed).toEqual({ withinClass: 0, ambiguousTexts: 0, acrossClasses: 0 });
    expect(new Set(rows.map(({ key }) => key)).size).toBe(640);
  });

  test('do not hold a sentence of another intent', () => {
    const held = rows.flatMap((row) =>
      rows.filter(({ key, of }) => of !== row.of && row.key.includes(key)).map(({ text }) => text),
    );
    expect(held).toEqual([]);
  });

  test('have at least two words, and no space at their ends', () => {
    const segmenter = new Intl.Segmenter(language, { granularity: 'word' });
    const words = (text: string) =>
      [...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike).length;
    expect(rows.filter(({ text }) => words(text) < 2)).toEqual([]);
    expect(rows.filter(({ text }) => text !== text.trim())).toEqual([]);
  });
});

test('both languages have the same intents, in one order', () => {
  const [en, zh] = LANGUAGES.map((language) => loadIntents({ language }).classes);
  expect(zh).toEqual(en);
});

test('the sentences are in the language they are filed under', () => {
  for (const { text } of rowsOf('zh')) expect(text).toMatch(/\p{Script=Han}/u);
  for (const { text } of rowsOf('en')) expect(text).toMatch(/^[\x20-\x7e]+$/);
});

test('English is the default', () => {
  expect(loadIntents().examples('card_lost')[1]).toBe('lost my card, what now?');
  expect(() => loadIntents().examples('weather')).toThrow("a class of 'intents-en'");
});

test('other languages and options are refused', () => {
  expect(() => loadIntents(JSON.parse('{"language":"de"}'))).toThrow(ArgumentRangeError);
  expect(() => loadIntents(JSON.parse('{"lang":"en"}'))).toThrow(ArgumentTypeError);
});

describe('a file that is not right', () => {
  const folder = temporaryFolder();
  const good = { language: 'en', licence: 'x', intents: { a: ['b c'] }, outOfScope: ['d e'] };

  test.each([
    ['of another language', JSON.stringify({ ...good, language: 'zh' })],
    ['without sentences', JSON.stringify({ ...good, intents: { a: [] } })],
    ['with more in it', JSON.stringify({ ...good, more: 1 })],
    ['cut short', JSON.stringify(good).slice(0, -1)],
  ])('%s is refused by its path', (_, content) => {
    const path = join(folder(), 'en.json');
    writeFileSync(path, content);
    expect(() => readIntents(path, 'en')).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_FILE', path }),
    );
  });

  test('or not there is refused by its path', () => {
    const path = join(folder(), 'en.json');
    expect(() => readIntents(path, 'en')).toThrow(
      expect.objectContaining({ code: 'ERR_TORCH_FILE', path }),
    );
  });
});
