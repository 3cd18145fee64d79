import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasetFromRows } from '../../../../lib/text/datasets/dataset';
import { readDataset } from '../../../../lib/text/datasets/readers/read-dataset';
import { temporaryFolder, writeFiles } from '../../../helpers/folders';

const folder = temporaryFolder();

function file(name: string, content: string): string {
  const path = join(folder(), name);
  writeFileSync(path, content);
  return path;
}

const ROWS = [
  { text: 'x', label: 'a', groups: { language: 'en', paid: '1' } },
  { text: 'y', label: 'b', groups: { language: 'de' } },
];

test.each([
  ['a.csv', 'text,label,language,paid\nx,a,en,1\ny,b,de,\n'],
  [
    'a.jsonl',
    '{"text":"x","label":"a","language":"en","paid":1}\n{"text":"y","label":"b","language":"de","paid":null}\n',
  ],
  ['a.json', '{"text":["x","y"],"label":["a","b"],"language":["en","de"],"paid":[1,null]}'],
])(
  'rows of %s have the groups that were asked for, where there is something',
  async (name, content) => {
    const { rows } = await readDataset(file(name, content), { groups: ['language', 'paid'] });
    expect(rows).toMatchObject(ROWS);
    expect(Object.keys(rows[1]?.groups ?? {})).toEqual(['language']);
    expect((await readDataset(file(name, content))).rows[0]).not.toHaveProperty('groups');
  },
);

test.each([
  [
    'a.csv',
    'text,label,language\nx,a,en\n',
    ['langage'],
    /option groups.*the nearest is 'language'/,
  ],
  [
    'a.jsonl',
    '{"text":"x","label":"a","l":{}}\n',
    ['l'],
    /line 1.*the group 'l' but found an object/,
  ],
  [
    'a.conll',
    'x\tB-a\n',
    ['l'],
    /named columns or keys \(option groups\) but found the format conll/,
  ],
])('what is no group of %s is refused', async (name, content, groups, message) => {
  await expect(readDataset(file(name, content), { groups })).rejects.toThrow(message);
});

describe('texts by language', () => {
  const write = (files: Record<string, string>) => writeFiles(folder(), files);

  test('are in folders with the files of splits, or in files named after both', async () => {
    const csv = (text: string, label: string) => `text,label,tone\n${text},${label},kind\n`;
    const root = write({
      'de/train.csv': csv('ja', 'a'),
      'de/test.csv': csv('nein', 'b'),
      'en/train.csv': csv('yes', 'a'),
      LICENSE: 'mine',
    });
    const data = await readDataset(root);
    expect(data).toMatchObject({
      format: 'languages',
      chosenBy: 'it holds texts by language: de, en',
    });
    const found = data.rows.map(({ text, label, split, groups }) => [text, label, split, groups]);
    expect(found).toEqual([
      ['nein', 'b', 'test', { language: 'de' }],
      ['ja', 'a', 'train', { language: 'de' }],
      ['yes', 'a', 'train', { language: 'en' }],
    ]);
    const { rows } = await readDataset(root, { groups: ['tone'] });
    expect(rows[0]?.groups).toEqual({ language: 'de', tone: 'kind' });
  });

  test('of files', async () => {
    const conll = (intent: string) => `# intent: ${intent}\n1\tx\t${intent}\tO\n`;
    const root = write({ 'de-st.test.conll': conll('a'), 'en.valid.conll': conll('b') });
    const { rows, format } = await readDataset(root);
    expect(format).toBe('languages');
    expect(rows.map(({ label, split, groups }) => [label, split, groups])).toEqual([
      ['a', 'test', { language: 'de-st' }],
      ['b', 'valid', { language: 'en' }],
    ]);
  });

  test('folders of texts stay labels', async () => {
    const root = write({ 'a/1.txt': 'x', 'b/test.csv': 'text,label\ny,z\n' });
    expect(await readDataset(root)).toMatchObject({ format: 'text-folders' });
  });
});

test('rows of CLINC150 have the domain that the file beside it says', async () => {
  const root = writeFiles(folder(), {
    'data_full.json': '{"train":[["pay it","pay"],["hello","greet"]],"oos_test":[["what","oos"]]}',
    'domains.json': '{"banking":["pay"],"talk":["greet"]}',
  });
  for (const path of [root, join(root, 'data_full.json')]) {
    const { rows, format } = await readDataset(path);
    expect(format).toBe('clinc150');
    expect(rows.map(({ groups }) => groups)).toEqual([
      { domain: 'banking' },
      { domain: 'talk' },
      undefined,
    ]);
  }
  writeFileSync(join(root, 'domains.json'), '[1]');
  await expect(readDataset(root)).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
});

test('a data set knows the groups of its texts, and refuses what is none', async () => {
  const rows = [
    { text: 'x', label: 'a', groups: { language: 'en' } },
    { text: 'y', label: 'b' },
    { text: 'X ', label: 'a', groups: { language: 'de' } },
  ];
  const dataset = datasetFromRows(rows);
  expect(dataset.groups?.('x')).toEqual({ language: 'en' });
  expect(dataset.groups?.('y')).toBeUndefined();
  const wrong = [{ text: 'x', label: 'a', groups: { language: 3 } }];
  expect(() => datasetFromRows(wrong as never)).toThrow('rows[0].groups');
});
