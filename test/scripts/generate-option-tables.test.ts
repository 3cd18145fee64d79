import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const PAGES = join(ROOT, 'docs/algorithms');

test('the tables of options are those of the schemas', () => {
  const script = join(ROOT, 'scripts/generate-option-tables.js');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('every option is described, and the same is said of none twice', () => {
  const pages = readdirSync(PAGES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(join(PAGES, name), 'utf8'));
  const tables = pages.filter((page) => page.includes('<!-- options -->'));
  expect(tables.length).toBeGreaterThan(20);
  for (const page of tables) {
    const [, table = ''] = /<!-- options -->\n(.*)<!-- end of options -->/s.exec(page) ?? [];
    const rows = [...table.matchAll(/^\| `(\w+)` \| (.*?) \|/gm)].map(([, ...cells]) => cells);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(([, about]) => about?.trim() === '')).toEqual([]);
    expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length);
  }
});
