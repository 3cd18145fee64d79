import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArgumentRangeError, ArgumentTypeError } from '../../../../lib/errors';
import { editDistance } from '../../../../lib/nearest-name';
import { nearestName } from '../../../../lib/text/datasets/readers/nearest-name';
import { readDataset } from '../../../../lib/text/datasets/readers/read-dataset';
import { readRows } from '../../../../lib/text/datasets/readers/read-rows';
import { temporaryFolder } from '../../../helpers/folders';
import { describeWith, sharedData } from '../../../helpers/shared-data';

const folder = temporaryFolder();

function file(content: string, name = 'file'): string {
  const path = join(folder(), name);
  writeFileSync(path, content);
  return path;
}

test.each([
  ['text\tlabel\nx\ta\n', 'tsv', 'its first line has tabs'],
  ['text,label\nx,a\n', 'csv', 'its first line has commas or semicolons'],
  ['[{"text":"x","label":"a"}]', 'json', 'it begins as JSON'],
  ['{"text":"x","label":"a"}\n', 'jsonl', 'its first line is a whole object'],
  ['a\tO\nx\tB-a\n', 'conll', 'its lines end in tags O, B-… and I-…'],
])('%j without a telling name is %s', async (content, format, chosenBy) => {
  expect(await readDataset(file(content))).toMatchObject({ format, chosenBy, name: 'file' });
});

test.each([
  'INTENT;Utterance\na;x\n',
  'Label,Text\na,x\n',
  '{"Category":"a","TEXT":"x"}\n',
  'Text,text,LABEL\ny,x,a\n',
])('usual names may be in capitals: %j', async (content) => {
  expect((await readDataset(file(content))).rows).toMatchObject([{ text: 'x', label: 'a' }]);
});

test('two names that differ in capitals alone are not chosen from', async () => {
  await expect(readDataset(file('Text,TEXT,label\ny,x,a\n'))).rejects.toThrow(
    "expected a column or key 'text' or",
  );
});

test('a format that is named decides', async () => {
  const path = file('text,label\nx,a\n', 'file.json');
  await expect(readDataset(path)).resolves.toMatchObject({ format: 'csv' });
  expect(await readDataset(path, { format: 'csv' })).toMatchObject({ chosenBy: 'option format' });
  await expect(readDataset(path, { format: 'json' })).rejects.toThrow('expected JSON');
});

test('what nothing tells is refused, and so is what is not there', async () => {
  await expect(readDataset(file('just words'))).rejects.toThrow(
    /expected the content of csv, tsv, .* but found "just words"/,
  );
  await expect(readDataset(file(''))).rejects.toThrow('an empty file');
  await expect(readDataset(join(folder(), 'none'))).rejects.toThrow(
    /expected a file or folder of texts but found no such file or folder \(ENOENT\)/,
  );
});

test('what is not a file is refused without waiting for it, whatever its name', async () => {
  for (const name of ['pipe', 'pipe.csv', 'pipe.json', 'pipe.parquet']) {
    execFileSync('mkfifo', [join(folder(), name)]);
    await expect(readDataset(join(folder(), name))).rejects.toThrow(
      'not a regular file but a pipe',
    );
  }
});

test('rows can be taken one by one, and left early', async () => {
  const path = file(`text,label\n${'x,a\n'.repeat(100_000)}`, 'file.csv');
  let count = 0;
  for await (const { label } of readRows(path)) {
    expect(label).toBe('a');
    if (++count === 3) break;
  }
  expect(count).toBe(3);
});

test('a file that disappears while its folder is read is named', async () => {
  file('text,label\nx,a\n', 'test.csv');
  const rows = readRows(folder());
  file('text,label\ny,b\n', 'train.csv');
  expect((await rows.next()).value).toMatchObject({ text: 'x', split: 'test' });
  rmSync(join(folder(), 'train.csv'));
  await expect(rows.next()).rejects.toThrow(/train\.csv.*ENOENT/);
});

test('the signal ends it', async () => {
  const controller = new AbortController();
  const rows = readRows(file('text,label\nx,a\ny,a\n', 'file.csv'), { signal: controller.signal });
  await rows.next();
  controller.abort(new Error('enough'));
  await expect(rows.next()).rejects.toThrow('enough');
});

test.each([
  [3, {}, ArgumentTypeError],
  ['file', { txt: 'a' }, ArgumentTypeError],
  ['file', { format: 'xls' }, ArgumentRangeError],
  ['file', { delimiter: ',,' }, ArgumentRangeError],
  ['file', { encoding: 'klingon' }, ArgumentTypeError],
  ['file', { labelNames: [] }, ArgumentRangeError],
  ['file', { columns: [1] }, ArgumentTypeError],
  ['file', { maxRecordLength: 0 }, ArgumentRangeError],
])('wrong arguments are refused: %j, %j', async (path, options, kind) => {
  await expect(readDataset(path as string, options as object)).rejects.toBeInstanceOf(kind);
  expect(() => readRows(path as string, options as object)).toThrow(kind);
});

test('the nearest name is the one with the fewest letters changed', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(nearestName('Labl', ['text', 'label', 'table'])).toBe('label');
  expect(nearestName('x', ['text', 'label'])).toBeUndefined();
});

describeWith(sharedData())('of the published files', () => {
  test.each([
    ['banking77', 'split-files', 13_083, 77, { train: 10_003, test: 3080 }],
    [
      'clinc150/data_full.json',
      'clinc150',
      23_700,
      151,
      { train: 15_000, val: 3000, test: 4500, oos_train: 100, oos_val: 100, oos_test: 1000 },
    ],
    ['fewrel/val_wiki.json', 'fewrel', 11_200, 16, {}],
    ['sib200/zho_Hans', 'split-files', 1004, 7, { train: 701, dev: 99, test: 204 }],
    ['sib200/swh_Latn', 'split-files', 1004, 7, { train: 701, dev: 99, test: 204 }],
    ['nusax-senti/english', 'split-files', 1000, 3, { train: 500, valid: 100, test: 400 }],
    ['xsid-0.7/en.test.conll', 'conll', 500, 15, {}],
    ['xsid-0.7/de.test.conll', 'conll', 500, 15, {}],
    ['crossner/ai/test.txt', 'conll', 1809, 14, {}],
    ['wnut17/wnut17train.conll', 'conll', 1975, 6, {}],
  ])(
    '%s has the rows, classes and splits that it should',
    async (path, format, rows, classes, splits) => {
      const data = await readDataset(sharedData(path));
      expect(data.format).toBe(format);
      expect(data.rows).toHaveLength(rows);
      expect(new Set(data.rows.map(({ label }) => label)).size).toBe(classes);
      const sizes = Object.entries(data.splits).map(([name, own]) => [name, own.length]);
      expect(Object.fromEntries(sizes)).toEqual(splits);
    },
  );

  test('a text with quotation marks is what it was', async () => {
    const { splits } = await readDataset(sharedData('sib200/swh_Latn'));
    const texts = splits.test?.map(({ text }) => text) ?? [];
    expect(texts.some((text) => text.includes('""'))).toBe(false);
    expect(texts.filter((text) => text.includes('"'))).not.toHaveLength(0);
  });
});
