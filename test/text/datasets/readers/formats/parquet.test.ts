import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDataset } from '../../../../../lib/text/datasets/readers/read-dataset';
import { temporaryFolder } from '../../../../helpers/folders';

const folder = temporaryFolder();

type Columns = { name: string; data: unknown[] }[];

async function file(columnData: Columns, name = 'file.parquet'): Promise<string> {
  const { parquetWriteFile } = await import('hyparquet-writer/src/node.js');
  const filename = join(folder(), name);
  await parquetWriteFile({ filename, columnData, rowGroupSize: 2 });
  return filename;
}

const TEXTS = { name: 'text', data: ['x', 'é', 'z'] };

test('reads columns by name, over several row groups', async () => {
  const label = { name: 'label', data: ['a', 'b', 'a'] };
  const id = { name: 'id', data: [1, 2, 3] };
  const data = await readDataset(await file([id, label, TEXTS]));
  expect(data).toMatchObject({ format: 'parquet', chosenBy: 'its name ends in .parquet' });
  expect(data.rows).toEqual([
    { text: 'x', label: 'a' },
    { text: 'é', label: 'b' },
    { text: 'z', label: 'a' },
  ]);
});

test('takes labels that are numbers of 64 bits, and is known by its content', async () => {
  const path = await file([TEXTS, { name: 'label', data: [1n, 0n, 1n] }], 'file.bin');
  const data = await readDataset(path, { labelNames: ['no', 'yes'] });
  expect(data.chosenBy).toBe('it begins with PAR1');
  expect(data.rows.map(({ label }) => label)).toEqual(['yes', 'no', 'yes']);
});

test('refuses what is missing, damaged or no text, and says where', async () => {
  const path = await file([TEXTS, { name: 'labels', data: ['a', 'b', 'c'] }]);
  await expect(readDataset(path)).rejects.toThrow(
    /'label' or .* but found 'text', 'labels'; the nearest is 'labels'/,
  );
  const nulls = await file([TEXTS, { name: 'label', data: ['a', null, 'c'] }]);
  await expect(readDataset(nulls)).rejects.toThrow(
    'record 2: expected a string or an integer as the label but found null',
  );
  const bytes = readFileSync(nulls);
  writeFileSync(nulls, bytes.subarray(0, bytes.length - 7));
  await expect(readDataset(nulls)).rejects.toThrow('expected Apache Parquet but found');
  writeFileSync(nulls, 'PAR1');
  await expect(readDataset(nulls)).rejects.toThrow('expected Apache Parquet but found');
});
