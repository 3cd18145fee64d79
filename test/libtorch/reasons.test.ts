import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultOf, messageOf } from '../../lib/libtorch/reasons';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
const inFolder = (name: string) => join(folder(), name);

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('Expected an error');
}

function onFullDisk(): void {
  const found = { code: 'ENOSPC', syscall: 'write' };
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), found);
}

test.each<[string, () => unknown, string]>([
  ['nothing there', () => readFileSync(inFolder('none')), 'no such file or folder (ENOENT)'],
  ['a folder', () => readFileSync(folder()), 'a folder (EISDIR)'],
  [
    'a file on the way',
    () => readdirSync(inFolder('file')),
    'a file where a folder should be (ENOTDIR)',
  ],
  ['a file of the name', () => mkdirSync(inFolder('file')), 'something else of that name (EEXIST)'],
  ['a full disk', onFullDisk, 'no space left on the disk (ENOSPC)'],
])('%s is told in words, with its code', (_, action, words) => {
  writeFileSync(inFolder('file'), '');
  const error = thrownBy(action);
  expect(faultOf(error, Object(error).path)).toBe(words);
});

test('a path is named unless it is the one that is told anyhow', () => {
  const error = thrownBy(() => readFileSync(inFolder('none')));
  expect(messageOf(error, folder())).toBe(`no such file or folder, ${inFolder('none')} (ENOENT)`);
  expect(messageOf(error, inFolder('none'))).toBe('no such file or folder (ENOENT)');
});

test('what is no fault of a file keeps its message', () => {
  expect(faultOf(Object.assign(new Error('mine'), { code: 'ENOENT' }))).toBe('mine');
  expect(faultOf('words')).toBe('words');
  expect(messageOf(new Error('outside', { cause: new Error('inside') }))).toBe('outside: inside');
});
