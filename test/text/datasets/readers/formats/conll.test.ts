import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conllSentences, mentionsOf } from '../../../../../lib/text/datasets/readers/formats/conll';
import { readDataset } from '../../../../../lib/text/datasets/readers/read-dataset';
import { collect } from '../../../../helpers/collect';
import { temporaryFolder } from '../../../../helpers/folders';

const folder = temporaryFolder();

function file(content: string): string {
  const path = join(folder(), 'file.conll');
  writeFileSync(path, content);
  return path;
}

const read = (content: string, maxRecordLength = 1000) =>
  readDataset(file(content), { maxRecordLength });

const XSID = [
  '# text = show all',
  '# intent = reminder/show',
  '1\tshow\treminder/show\tO',
  '2\tall\treminder/show\tB-reference',
  '',
  '# text: Do I?',
  '# intent: weather',
  '1\tDo\tweather\tO',
  '2\tI\tweather\tO',
  '',
].join('\n');

test('takes intents as labels where the sentences have some', async () => {
  const data = await read(XSID);
  expect(data).toMatchObject({ format: 'conll', chosenBy: 'its name ends in .conll', splits: {} });
  expect(data.rows).toEqual([
    { text: 'show all', label: 'reminder/show', line: 3 },
    { text: 'Do I?', label: 'weather', line: 8 },
  ]);
});

test('passes over comments whose names have hyphens, as those of translations in xSID', async () => {
  const { rows } = await read(
    '# text-en = Is it going to rain?\n# text = Regnet es?\n# intent = weather\n1\tRegnet\tweather\tO\n',
  );
  expect(rows).toEqual([{ text: 'Regnet es?', label: 'weather', line: 4 }]);
});

test('takes entities as rows where they have none', async () => {
  const { rows } = await read(
    '-DOCSTART- -X- O\n\nIn O\nNew B-LOC\nYork I-LOC\nB-LOC I-ORG\n\r\n#\tO\n# B-X\n',
  );
  expect(rows).toEqual([
    { text: 'New York', label: 'LOC', line: 4 },
    { text: 'B-LOC', label: 'ORG', line: 6 },
    { text: '#', label: 'X', line: 9 },
  ]);
});

test('gives sentences with their tokens and tags', async () => {
  const settings = { maxRecordLength: 1000, encoding: undefined, signal: undefined };
  const [first] = await collect(conllSentences(file(XSID), settings));
  expect(first).toEqual({
    tokens: ['show', 'all'],
    tags: ['O', 'B-reference'],
    text: 'show all',
    intent: 'reminder/show',
    line: 3,
  });
});

test.each([
  [['O', 'B-x', 'I-x', 'I-x'], [['x', 1, 4]]],
  [
    ['B-x', 'B-x'],
    [
      ['x', 0, 1],
      ['x', 1, 2],
    ],
  ],
  [
    ['I-x', 'O', 'I-x'],
    [
      ['x', 0, 1],
      ['x', 2, 3],
    ],
  ],
  [
    ['B-x', 'I-y'],
    [
      ['x', 0, 1],
      ['y', 1, 2],
    ],
  ],
])('finds the mentions in %j', (tags, expected) => {
  expect(mentionsOf(tags).map(({ type, start, end }) => [type, start, end])).toEqual(expected);
});

test.each([
  ['a line with a token alone', 'a O\nb\n', 'line 2: expected a token and its tag but found "b"'],
  [
    'a tag that is not in BIO',
    'a\tO\nbc\tE-x\n',
    'line 2, column 4: expected a tag O, B-… or I-… in the last column but found "E-x"',
  ],
  [
    'another number of columns',
    'a O\nb x O\n',
    'line 2: expected 2 columns as in the line before but found 3',
  ],
  [
    'an intent before some sentences alone',
    `${XSID}\na O\n`,
    'expected an intent before every sentence or before none but found none',
  ],
  [
    'a sentence without end',
    `${'a O\n'.repeat(500)}`,
    'line 334: expected at most 1000 characters in a sentence',
  ],
])('refuses %s', async (_, content, message) => {
  const failure = read(content);
  await expect(failure).rejects.toMatchObject({ name: 'DataFileError' });
  await expect(failure).rejects.toThrow(message);
});
