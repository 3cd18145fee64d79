import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ReadDataOptions, readDataset } from '../../../../lib/text';
import { temporaryFolder, writeFiles } from '../../../helpers/folders';

const folder = temporaryFolder();

const CONTENTS = {
  'a.csv': 'text,label\nx,a\n',
  'a.jsonl': '{"text":"x","label":"a"}\n',
  'a.conll': '# intent: a\n1\tx\ta\tO\n',
};

async function read(name: keyof typeof CONTENTS, options: ReadDataOptions) {
  writeFiles(folder(), CONTENTS);
  return readDataset(join(folder(), name), options);
}

test.each<[keyof typeof CONTENTS, ReadDataOptions, string]>([
  ['a.jsonl', { columns: ['text', 'label'] }, 'a CSV or TSV file (option columns)'],
  ['a.jsonl', { delimiter: ';' }, 'a CSV or TSV file (option delimiter)'],
  ['a.jsonl', { quote: null }, 'a CSV or TSV file (option quote)'],
  ['a.csv', { markEntities: true }, 'the format fewrel (option markEntities)'],
  ['a.conll', { text: 'text' }, 'named columns or keys (option text)'],
  ['a.conll', { label: 'intent' }, 'named columns or keys (option label)'],
  ['a.conll', { split: 'part' }, 'named columns or keys (option split)'],
  ['a.conll', { labelNames: ['a'] }, 'labels that may be numbers (option labelNames)'],
])('of %s, %p would change nothing', async (name, options, expected) => {
  await expect(read(name, options)).rejects.toMatchObject({
    code: 'ERR_TORCH_FILE',
    message: expect.stringContaining(`expected ${expected} but found the format `),
  });
});

test('options of tables count for the tables of a folder', async () => {
  const root = join(folder(), 'parts');
  mkdirSync(root);
  writeFiles(root, { 'train.csv': 'said;kind\nx;a\n', 'test.csv': 'said;kind\ny;b\n' });
  const { rows } = await readDataset(root, { text: 'said', label: 'kind', delimiter: ';' });
  expect(rows).toMatchObject([
    { text: 'y', label: 'b', split: 'test' },
    { text: 'x', label: 'a', split: 'train' },
  ]);
});
