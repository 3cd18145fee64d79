import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders, onDisk } from '../../lib/files/on-disk';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();

test('makes a folder with those above it, and says which came first', () => {
  const path = join(folder(), 'a/b/c');
  expect(makeFolders(path)).toBe(join(folder(), 'a'));
  expect(existsSync(path)).toBe(true);
  expect(makeFolders(path)).toBeUndefined();
});

test('errors of the system name the path, and have a code', () => {
  writeFileSync(join(folder(), 'file'), '');
  const path = join(folder(), 'file/below');
  expect(() => onDisk(path, 'make the folder', () => makeFolders(path))).toThrow(
    expect.objectContaining({
      code: 'ERR_TORCH_FILE',
      path,
      message: expect.stringMatching(
        /^Cannot make the folder .*below: a file where a folder should be \(ENOTDIR\)/,
      ),
    }),
  );
});

test('a folder that a file stands in the place of', () => {
  const path = join(folder(), 'a file');
  writeFileSync(path, '');
  expect(() => makeFolders(path)).toThrow('EEXIST');
});

// Node.js itself tries for ever there.
test('where no folder can be made it says so at once', () => {
  const above = existsSync('/proc') ? '/proc' : join(folder(), 'a file');
  expect(() => makeFolders(join(above, 'no/such'))).toThrow(/^E[A-Z]+: /);
});
