import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { temporaryFolder } from './helpers/folders';

const folder = temporaryFolder();

test('loading from a working directory that has been deleted is a typed error', () => {
  const entry = JSON.stringify(path.join(__dirname, '../dist/torch'));
  const script = `const fs = require('node:fs');
    fs.mkdirSync('gone'); process.chdir('gone'); fs.rmdirSync(${JSON.stringify(path.join(folder(), 'gone'))});
    const { torch } = require(${entry});
    try { torch.zeros([1]); console.log('loaded'); } catch (error) { console.log(error.code, error.message); }`;
  const { stdout, status } = spawnSync(process.execPath, ['-e', script], {
    cwd: folder(),
    encoding: 'utf8',
  });
  expect({ stdout, status }).toEqual({
    stdout: expect.stringMatching(/^ERR_TORCH_LIBRARY_LOAD Expected a working directory/),
    status: 0,
  });
});
