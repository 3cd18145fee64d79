import { readExamples } from '../../../lib/serve/examples/read-examples';
import { datasetFromRows } from '../../../lib/text';

const read = (input: unknown) => readExamples(input as never, 'fit');
const rows = [
  { text: 'I lost my card', label: 'card' },
  { text: 'top up', label: 'money' },
];

test('takes texts by label, rows and data sets alike', () => {
  const byLabel = { card: ['I lost my card'], money: ['top up'] };
  for (const input of [byLabel, rows, datasetFromRows(rows)]) {
    expect(read(input)).toEqual({ labels: ['card', 'money'], rows });
  }
});

test('a text that stands twice under its label counts once, up to white space', () => {
  expect(read({ card: ['a  b', 'a b ', 'c'], money: ['d'] }).rows.map(({ text }) => text)).toEqual([
    'a  b',
    'c',
    'd',
  ]);
});

test('examples that are there already are left out, and labels go on after theirs', () => {
  const more = readExamples({ weather: ['rain'], card: ['I lost my card', 'gone'] }, 'add', {
    labels: ['card', 'money'],
    rows,
  });
  expect(more).toEqual({
    labels: ['card', 'money', 'weather'],
    rows: [
      { text: 'rain', label: 'weather' },
      { text: 'gone', label: 'card' },
    ],
  });
});

test.each([
  [
    'a text under two labels',
    { a: ['x'], b: ['y', 'x'] },
    "Expected each text under one label but received string 'x' as string 'a' (a[0]) and as string 'b' (b[1])",
  ],
  [
    'labels that differ in case alone',
    { Card: ['x'], 'card ': ['y'] },
    "Expected labels that differ in more than case and white space but received string 'Card' and string 'card '",
  ],
  [
    'an empty text',
    { a: ['x', '  '], b: ['y'] },
    "Expected a text with something in it for a[1] but received string '  '",
  ],
  [
    'a text that is none',
    { a: ['x', 3], b: ['y'] },
    'Expected a string for a[1] but received number 3',
  ],
  [
    '2³² holes',
    { a: Array(2 ** 32 - 1), b: ['y'] },
    'Expected a string for a[0] but received undefined',
  ],
  [
    'rows with 2³² holes',
    Array(2 ** 32 - 1),
    'Expected a string for examples[0] but received undefined',
  ],
  ['a hole', { a: Array(2), b: ['y'] }, 'Expected a string for a[0] but received undefined'],
  [
    'a label without texts',
    { a: [], b: ['y'] },
    "Expected at least one text for the label 'a' but received array of length 0",
  ],
  [
    'texts that are no list',
    { a: 'x', b: ['y'] },
    "Expected an array of strings for a but received string 'x'",
  ],
  [
    'an empty label',
    [{ text: 'x', label: ' ' }],
    "Expected a name for the label of examples[0] but received string ' '",
  ],
  [
    'a row without a text',
    [{ label: 'a' }],
    'Expected a string for examples[0] but received undefined',
  ],
  [
    'a row without a label',
    [{ text: 'a' }],
    'Expected a string for the label of examples[0] of fit but received undefined',
  ],
  ['a row that is none', [null], 'Expected a string for'],
  [
    'nothing',
    undefined,
    'Expected texts by label, rows { text, label } or a data set for examples but received undefined',
  ],
  ['a string', 'abc', 'Expected texts by label'],
])('refuses %s', (_, input, message) => {
  expect(() => read(input)).toThrow(message);
});

test('a contradiction with what is there names where both stand', () => {
  const before = { labels: ['card', 'money'], rows };
  expect(() => readExamples({ money: ['I  lost my card'] }, 'add', before)).toThrow(
    "as string 'card' (example 0) and as string 'money' (money[0])",
  );
});

test('labels with names of object members are labels like others', () => {
  const input = JSON.parse('{ "__proto__": ["a"], "constructor": ["b"] }');
  expect(read(input).labels).toEqual(['__proto__', 'constructor']);
});
