import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readDataset } from '../../../../../lib/text/datasets/readers/read-dataset';
import { temporaryFolder, writeFiles } from '../../../../helpers/folders';

const folder = temporaryFolder();

const read = (files: Record<string, string | Buffer>, options = {}) =>
  readDataset(writeFiles(join(folder(), 'data'), files), options);

describe('a folder of texts', () => {
  test('has its labels as names of folders', async () => {
    const data = await read({
      'b/2.txt': 'y\n',
      'b/1.txt': 'x',
      'a/1.txt.gz': gzipSync('z'),
      '.git/a': '',
      'a/.x': '',
    });
    expect(data).toMatchObject({ format: 'text-folders', name: 'data' });
    expect(data.rows).toEqual([
      { text: 'z', label: 'a' },
      { text: 'x', label: 'b' },
      { text: 'y', label: 'b' },
    ]);
  });

  test('may be linked to', async () => {
    writeFiles(join(folder(), 'elsewhere'), { '1.txt': 'x' });
    writeFiles(join(folder(), 'data'), { 'a/1.txt': 'y' });
    symlinkSync(join(folder(), 'elsewhere'), join(folder(), 'data/b'));
    expect((await read({})).rows.map(({ label }) => label)).toEqual(['a', 'b']);
  });

  test('may have splits above them', async () => {
    const data = await read({ 'train/a/1': 'x', 'test/a/1': 'y', 'test/b/1': 'z' });
    expect(data.splits).toEqual({
      train: [{ text: 'x', label: 'a', split: 'train' }],
      test: [
        { text: 'y', label: 'a', split: 'test' },
        { text: 'z', label: 'b', split: 'test' },
      ],
    });
  });

  test('is refused if a file is not a text, by its name', async () => {
    await expect(read({ 'a/1.txt': Buffer.from([65, 0xff]) })).rejects.toThrow(
      /a\/1\.txt, line 1, column 2/,
    );
    await expect(read({ 'a/1.txt': 'xyz' }, { maxRecordLength: 2 })).rejects.toThrow(
      'at most 2 characters',
    );
    execFileSync('mkfifo', [join(folder(), 'data/a/pipe')]);
    await expect(read({ 'a/1.txt': 'x' })).rejects.toThrow(
      /a\/pipe: expected a file but found .* a pipe/,
    );
  });
});

describe('seq.in and label', () => {
  test('go together line by line, alone or by split', async () => {
    const rows = [
      { text: 'x y', label: 'a', line: 1 },
      { text: 'z', label: 'b', line: 2 },
    ];
    expect(
      await read({ 'seq.in': 'x y\nz\n', label: 'a\nb', 'seq.out': 'O O\nO\n' }),
    ).toMatchObject({ format: 'pairs', rows });
  });

  test('may be in folders named as splits', async () => {
    const data = await read({
      'train/seq.in': 'x\n',
      'train/label': 'a\n',
      'valid/seq.in': 'y\n',
      'valid/label': 'b\n',
    });
    expect(data.format).toBe('split-files');
    expect(Object.keys(data.splits)).toEqual(['train', 'valid']);
  });

  test.each([
    [
      'too few labels',
      { 'seq.in': 'x\ny\n', label: 'a\n' },
      /label, line 2: expected as many lines as seq.in has/,
    ],
    [
      'too many labels',
      { 'seq.in': 'x\n', label: 'a\nb\n' },
      /seq.in, line 2: expected as many lines as label has/,
    ],
    ['an empty label', { 'seq.in': 'x\ny\n', label: 'a\n\n' }, /label, line 2: expected a label/],
  ])('are refused with %s', async (_, files, message) => {
    await expect(read(files)).rejects.toThrow(message);
  });
});

describe('a folder of files named as splits', () => {
  test('has the rows of each', async () => {
    const data = await read({
      'train.csv': 'text,label\nx,a\n',
      'test.jsonl.gz': gzipSync('{"text":"y","label":"a"}'),
      'README.md': '',
      'names.txt': 'a',
    });
    expect(data).toMatchObject({
      format: 'split-files',
      chosenBy: 'it holds test.jsonl.gz, train.csv',
    });
    expect(data.splits).toEqual({
      test: [{ text: 'y', label: 'a', line: 1, split: 'test' }],
      train: [{ text: 'x', label: 'a', line: 2, split: 'train' }],
    });
  });

  test('is refused if two files are of one split', async () => {
    const csv = 'text,label\nx,a\n';
    await expect(read({ 'train.csv': csv, 'train.tsv': csv, 'test.csv': csv })).rejects.toThrow(
      'expected one file for the split train but found train.csv and train.tsv',
    );
  });

  test('is refused as a whole if one of them is wrong', async () => {
    await expect(
      read({ 'train.csv': 'text,label\nx,a\n', 'test.csv': 'text,label\nx\n' }),
    ).rejects.toThrow(/test\.csv, line 2/);
  });
});

test.each([
  ['nothing', {}, /found nothing/],
  [
    'files alone',
    { 'a.txt': 'x' },
    /expected files named train, dev, valid or test, seq.in and label, or folders but found a.txt/,
  ],
])('a folder of %s is refused', async (_, files, message) => {
  writeFiles(join(folder()), { 'data/.keep': '' });
  await expect(read(files)).rejects.toThrow(message);
});
