import fc from 'fast-check';
import { ArgumentRangeError, ArgumentTypeError } from '../../../lib/errors';
import { datasetFromRows, sameText, sameWords } from '../../../lib/text/datasets/dataset';

const rows = [
  { text: 'one', label: 'b' },
  { text: 'two', label: 'a' },
  { text: 'three', label: 'b' },
];

test('groups texts by class, classes and texts in order of appearance', () => {
  const dataset = datasetFromRows(rows, { name: 'numbers' });
  expect(dataset.name).toBe('numbers');
  expect(dataset.classes).toEqual(['b', 'a']);
  expect(dataset.size).toBe(3);
  expect(dataset.examples('b')).toEqual(['one', 'three']);
  expect(dataset.examples('a')).toEqual(['two']);
  expect(dataset.removed).toEqual({ withinClass: 0, ambiguousTexts: 0, acrossClasses: 0 });
});

test('keeps the first of repetitions, and no text of two classes', () => {
  const dataset = datasetFromRows([
    { text: 'Yes', label: 'a' },
    { text: 'no', label: 'a' },
    { text: ' yes ', label: 'a' },
    { text: 'maybe', label: 'a' },
    { text: 'no', label: 'a' },
    { text: 'NO', label: 'b' },
    { text: 'no', label: 'a' },
  ]);
  expect(dataset.examples('a')).toEqual(['Yes', 'maybe']);
  expect(dataset.examples('b')).toEqual([]);
  expect(dataset.size).toBe(2);
  expect(dataset.removed).toEqual({ withinClass: 1, ambiguousTexts: 1, acrossClasses: 4 });
});

test('takes texts that differ in punctuation for two, unless told otherwise', () => {
  const odd = ['no!', 'no?'].map((text) => ({ text, label: 'a' }));
  expect(datasetFromRows(odd).examples('a')).toEqual(['no!', 'no?']);
  expect(datasetFromRows(odd, { key: sameWords }).examples('a')).toEqual(['no!']);
});

test('refuses a class that it does not know also where no text of it stays', () => {
  const twice = ['a', 'z'].map((label) => ({ text: 'one', label }));
  expect(() => datasetFromRows(twice, { classes: ['a'] })).toThrow("received string 'z'");
});

test.each([
  [' cards ', 'cards'],
  ['top up', 'top\u00a0 up'],
  ['cafe\u0301', 'café'],
])('refuses %j beside %j as another class', (one, other) => {
  const rows = [one, other].map((label) => ({ text: `a text of ${label}`, label }));
  expect(() => datasetFromRows(rows)).toThrow(/labels that differ in more than white space/);
  expect(datasetFromRows(rows.slice(0, 1)).classes).toEqual([one]);
});

test('no two examples share a key, and every row is kept or counted as removed', () => {
  const row = fc.record({
    text: fc.string({ unit: fc.constantFrom('a', 'A', ' ', 'é', '!'), maxLength: 3 }),
    label: fc.constantFrom('x', 'y', 'z'),
  });
  fc.assert(
    fc.property(fc.array(row), fc.constantFrom(sameText, sameWords), (input, key) => {
      const dataset = datasetFromRows(input, { key });
      const texts = dataset.classes.flatMap((label) => dataset.examples(label));
      expect(new Set(texts.map(key)).size).toBe(texts.length);
      expect(dataset.size).toBe(texts.length);
      const { withinClass, acrossClasses } = dataset.removed;
      expect(dataset.size + withinClass + acrossClasses).toBe(input.length);
    }),
  );
});

test('takes the classes in the order given, and refuses others', () => {
  const dataset = datasetFromRows(rows, { classes: ['a', 'b', 'c'] });
  expect(dataset.classes).toEqual(['a', 'b', 'c']);
  expect(dataset.examples('c')).toEqual([]);
  expect(() => datasetFromRows(rows, { classes: ['b'] })).toThrow(
    "Expected one of the classes for label but received string 'a'",
  );
  expect(() => datasetFromRows(rows, { classes: ['a', 'b', 'a'] })).toThrow(ArgumentRangeError);
});

test('refuses a class it does not have', () => {
  expect(() => datasetFromRows(rows).examples('toString')).toThrow(
    "Expected a class of 'texts' for label but received string 'toString'",
  );
});

test.each([
  [{ label: 'a' }, 'rows[1].text but received undefined'],
  [{ text: 't', label: 3 }, 'rows[1].label but received number 3'],
  [null, 'rows[1].text'],
])('refuses the row %p and names it', (row, named) => {
  const load = () => Reflect.apply(datasetFromRows, null, [[rows[0], row]]);
  expect(load).toThrow(ArgumentTypeError);
  expect(load).toThrow(named);
});

test('refuses what is no list of rows or classes', () => {
  const load = (...args: unknown[]) => Reflect.apply(datasetFromRows, null, args);
  expect(() => load(rows[0])).toThrow(ArgumentTypeError);
  expect(() => load(rows[0])).toThrow(
    'an array of texts with labels for rows of datasetFromRows but received Object',
  );
  expect(() => load(rows, { classes: 'ab' })).toThrow(ArgumentTypeError);
  expect(() => load(rows, { classes: ['a', 'b', 3] })).toThrow('Expected strings for classes');
});

describe('keys', () => {
  test('sameText ignores white space, case and compatibility forms only', () => {
    expect(sameText(' Ａ\u00a0b\n C ')).toBe('a b c');
    expect(sameText('H\u0331')).toBe(sameText('\u1e96'));
    expect(sameText('no!')).not.toBe(sameText('no?'));
  });

  test('sameWords ignores punctuation too, unless there is nothing else', () => {
    expect(sameWords('a thin, long (open) slit;')).toBe('a thin long open slit');
    expect(sameWords('กำลัง')).toBe('กำลัง'.normalize('NFKC'));
    expect(sameWords('🙂')).not.toBe(sameWords('🙁'));
  });
});
