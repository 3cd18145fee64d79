import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { ReadDataOptions } from '../../../../../lib/text/datasets/readers/options';
import { readRows } from '../../../../../lib/text/datasets/readers/read-rows';
import { collect } from '../../../../helpers/collect';
import { temporaryFolder } from '../../../../helpers/folders';

const folder = temporaryFolder();

function rowsOf(content: string | Buffer, options: ReadDataOptions = {}, name = 'file.csv') {
  const path = join(folder(), name);
  writeFileSync(path, content);
  return collect(readRows(path, options));
}

test('reads columns by their names, wherever they are', async () => {
  expect(await rowsOf('id,label,text\r\n1,a,"x, ""y"""\r\n2,b,z\r\n')).toEqual([
    { text: 'x, "y"', label: 'a', line: 2 },
    { text: 'z', label: 'b', line: 3 },
  ]);
  const named = await rowsOf('q,c,part\nx,a,train\n', { text: 'q', label: 'c', split: 'part' });
  expect(named).toEqual([{ text: 'x', label: 'a', split: 'train', line: 2 }]);
});

test('tells the line in which a row begins', async () => {
  const rows = await rowsOf('text,label\n"a\nb",1\n\n\nc,2\n');
  expect(rows).toEqual([
    { text: 'a\nb', label: '1', line: 2 },
    { text: 'c', label: '2', line: 6 },
  ]);
});

test('takes tabs, semicolons and other delimiters', async () => {
  const row = [{ text: 'x', label: 'a', line: 2 }];
  expect(await rowsOf('text\tlabel\nx\ta\n', {}, 'file.tsv')).toEqual(row);
  expect(await rowsOf('text;label\nx;a\n')).toEqual(row);
  expect(await rowsOf('text#label\nx#a\n', { delimiter: '#' })).toEqual(row);
  const quotes = await rowsOf('text\tlabel\n"x\ta\n', { quote: null }, 'file.tsv');
  expect(quotes).toEqual([{ text: '"x', label: 'a', line: 2 }]);
});

test('takes a file without names of columns, a packed one, and labels as numbers', async () => {
  expect(await rowsOf('0,x\n', { columns: ['label', 'text'], labelNames: ['no', 'yes'] })).toEqual([
    { text: 'x', label: 'no', line: 1 },
  ]);
  expect(await rowsOf(gzipSync('text,label\nx,a\n'), {}, 'file.csv.gz')).toHaveLength(1);
});

test('gives back what was written', async () => {
  const value = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\n', 'é', ';') });
  const enclosed = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 5 }), async (texts) => {
      let line = 2;
      const expected = texts.map((text) => {
        const row = { text, label: 'a', line };
        line += text.split('\n').length;
        return row;
      });
      const content = texts.map((text) => `${enclosed(text)},a\n`).join('');
      expect(await rowsOf(`text,label\n${content}`)).toEqual(expected);
    }),
  );
});

test.each<[string, string, ReadDataOptions, RegExp]>([
  [
    'a missing column, by the nearest name',
    'text,category,id\n',
    { label: 'categry' },
    /line 1: expected a column or key 'categry' \(option label\) but found 'text', 'category', 'id'; the nearest is 'category'/,
  ],
  ['no column of a usual name', 'a,b\n', {}, /'text' or 'sentence' or .* but found 'a', 'b'/],
  [
    'a missing split',
    'text,label\n',
    { split: 'part' },
    /'part' \(option split\) but found 'text', 'label'/,
  ],
  ['a column twice', 'text,label,text\n', {}, /line 1: expected distinct names .* "text" twice/],
  [
    'a row with too few columns',
    'text,label\nx,a\ny\n',
    {},
    /line 3, record 2: expected 2 columns but found 1: "y"/,
  ],
  [
    'a row with too many',
    'text,label\nx,a,\n',
    {},
    /line 2, record 1: expected 2 columns but found 3/,
  ],
  [
    'an empty label',
    'text,label\nx,\n',
    {},
    /line 2, record 1: expected a label but found an empty one/,
  ],
  [
    'a quote that does not end',
    'text,label\nx,a\n"y,b\nz,c\n',
    {},
    /line 3, column 1: expected a closing quote but found the end of the file/,
  ],
  [
    'a quote within a column',
    'text,label\nx"y,a\n',
    {},
    /line 2, column 2: expected quotes only around a whole column .* one within "x/,
  ],
  [
    'text after a quote',
    'text,label\n"x"y,a\n',
    {},
    /line 2, column 4: expected the end of the column after its quote .* but found "y,a"/,
  ],
  [
    'a row that is too long',
    `text,label\nx,a\n${'y'.repeat(99)},b\n`,
    { maxRecordLength: 50 },
    /line 3: expected at most 50 characters/,
  ],
  [
    'a label without a name',
    'text,label\nx,2\n',
    { labelNames: ['a', 'b'] },
    /an integer from 0 to 1 as the label/,
  ],
  [
    'an empty file',
    '',
    {},
    /expected a line with the names of the columns but found an empty file/,
  ],
  ['an empty split', 'text,label,part\nx,a,\n', { split: 'part' }, /the name of a split/],
])('refuses %s', async (_, content, options, message) => {
  const failure = rowsOf(content, options);
  await expect(failure).rejects.toMatchObject({ name: 'DataFileError', code: 'ERR_TORCH_FILE' });
  await expect(failure).rejects.toThrow(message);
});
