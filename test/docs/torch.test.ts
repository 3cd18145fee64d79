import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as metatorch from '../../lib/torch';

const page = readFileSync(join(__dirname, '../../docs/torch.md'), 'utf8');
const blocks = [...page.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
const lines = blocks.join('\n').split('\n');

test('what the page says that an expression gives is what it gives', () => {
  let claims = 0;
  const code = lines.map((line) => {
    const found = /^(.*); \/\/ => (.*)$/.exec(line);
    if (found === null) return line;
    claims += 1;
    return `expect([${JSON.stringify(line)}, ${found[1]}]).toEqual([${JSON.stringify(line)}, ${found[2]}]);`;
  });
  const run = new Function('require', 'expect', code.join('\n'));
  run((name: string) => (name.startsWith('metatorch') ? metatorch : require(name)), expect);
  expect(claims).toBeGreaterThan(30);
});
