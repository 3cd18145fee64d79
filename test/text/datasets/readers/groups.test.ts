import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDataset } from '../../../../lib/text/datasets/readers/read-dataset';
import { temporaryFolder } from '../../../helpers/folders';

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
