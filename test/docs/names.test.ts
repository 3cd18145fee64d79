import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as metatorch from '../../lib';

const ROOT = join(__dirname, '../..');
const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** What stands after `name.` somewhere in the code. */
function members(code: string, name: string): string[] {
  return [...code.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))].map(([, own]) => own ?? '');
}

test.each(pages)('every name that %s imports is exported', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  for (const [, code = ''] of text.matchAll(/^```(?:ts|js)\n(.*?)^```$/gms)) {
    const [, imported] = /^import \{ (.*) \} from 'metatorch';$/m.exec(code) ?? [];
    for (const name of imported?.split(', ') ?? []) {
      expect(Object.keys(metatorch)).toContain(name);
      const own: object = Object(Reflect.get(metatorch, name));
      for (const member of members(code, name)) expect([name, member in own]).toEqual([name, true]);
    }
  }
});
