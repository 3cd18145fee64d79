import fc from 'fast-check';
import { ArgumentRangeError } from '../../../../lib/errors';
import { markedText } from '../../../../lib/text';
import { wordPlaces } from '../../../../lib/text/tasks/entities';

test('reads the words between brackets as entities of the type in parentheses', () => {
  expect(markedText('[Ada Lovelace](person) was born in [London](city).')).toEqual({
    tokens: ['Ada', 'Lovelace', 'was', 'born', 'in', 'London', '.'],
    entities: [
      { type: 'person', start: 0, end: 2 },
      { type: 'city', start: 5, end: 6 },
    ],
  });
});

test('a bracket after a backslash marks nothing', () => {
  expect(markedText('see \\[1\\] and [Oslo](city)')).toEqual({
    tokens: ['see', '[', '1', ']', 'and', 'Oslo'],
    entities: [{ type: 'city', start: 5, end: 6 }],
  });
});

test.each([
  ['[the [Bank](company) of Oslo](company)', 'entities that do not lie inside others'],
  ['[Oslo', 'a closing bracket for every opening one'],
  ['[Oslo] is cold', 'the type of an entity in parentheses'],
  ['[Oslo](  )', 'the type of an entity in parentheses'],
  ['[Oslo](city', 'the type of an entity in parentheses'],
  ['[ ](city)', 'words between the brackets'],
  ['  ', 'a text with words'],
])('refuses %s', (text, expected) => {
  expect(() => markedText(text)).toThrow(ArgumentRangeError);
  expect(() => markedText(text)).toThrow(expected);
});

test('shows the text from the bracket that is wrong, however late it comes', () => {
  expect(() => markedText(`${'a long story, '.repeat(9)}see [1] and [2]`)).toThrow(
    "or a backslash before a bracket that marks nothing, for text of markedText but received string '[1] and [2]'",
  );
});

test('places of words are where the words stand, in their order', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      let last = 0;
      for (const { word, start, end } of wordPlaces(text)) {
        expect(text.slice(start, end)).toBe(word);
        expect(text.slice(last, start).trim()).toBe('');
        last = end;
      }
      expect(text.slice(last).trim()).toBe('');
    }),
    { numRuns: 200 },
  );
});
