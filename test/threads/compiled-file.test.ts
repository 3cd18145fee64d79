import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { compiledFile } from '../../lib/threads/compiled-file';

const DIST = join(__dirname, '../../dist/threads');

test('sources have the file that the build makes', () => {
  const found = compiledFile(join(__dirname, '../../lib/threads'), 'worker.js', () => '');
  expect(found).toBe(join(DIST, 'worker.js'));
});

test('one that a bundler has left behind is an error that says what to do', () => {
  const script = `
    const { compiledFile } = require(${JSON.stringify(join(DIST, 'compiled-file.js'))});
    try { compiledFile(__dirname, 'worker.js', () => require.resolve('./no-worker.js')); }
    catch ({ name, code, message }) { console.log(JSON.stringify({ name, code, message })); }`;
  const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual({
    name: 'TorchError',
    code: 'ERR_TORCH_ADDON_MISSING',
    message: expect.stringMatching(/worker\.js.*make the package external/),
  });
});
