import { copyFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addonPath } from '../lib/addon-path';
import { cutOffLibrary } from '../lib/elf';
import { temporaryFolder, writeFiles } from './helpers/folders';

const folder = temporaryFolder();
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('libraries that have lost their end', () => {
  const size = () => statSync(addonPath()).size;

  /** A copy of the addon, of which only the first bytes are there. */
  function cut(name: string, bytes: number): string {
    const file = join(folder(), name);
    copyFileSync(addonPath(), file);
    truncateSync(file, bytes);
    return file;
  }

  test('none of those that were built is one', () => {
    expect(cutOffLibrary(dirname(addonPath()))).toBeUndefined();
  });

  test.each([
    ['the header', () => 64],
    ['half of it', () => Math.floor(size() / 2)],
    ['all but the last byte', () => size() - 1],
  ])('one that has %s is named, with how much is there', (_, bytes) => {
    const file = cut('libc10.so', bytes());
    const found = `${file} is cut off: it has ${bytes()} of ${size()} bytes`;
    expect(cutOffLibrary(folder())).toBe(found);
  });

  test('versions of a library are looked at, files of other kinds are not', () => {
    cut('metatorch.node.txt', 100);
    writeFiles(folder(), { 'libtext.so': 'INPUT(libother.so)', 'libempty.so': '' });
    expect(cutOffLibrary(folder())).toBeUndefined();
    const file = cut('libgomp.so.1.0', 100);
    expect(cutOffLibrary(folder())).toContain(file);
  });

  test('what follows the end does no harm', () => {
    writeFiles(folder(), {
      'long.node': Buffer.concat([readFileSync(addonPath()), Buffer.alloc(9)]),
    });
    expect(cutOffLibrary(folder())).toBeUndefined();
  });

  test('a folder that cannot be read has none', () => {
    expect(cutOffLibrary(join(folder(), 'missing'))).toBeUndefined();
  });
});
