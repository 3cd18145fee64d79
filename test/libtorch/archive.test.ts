import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { type UnpackOptions, unpack } from '../../lib/libtorch/archive';
import { makeZip, type ZipEntry } from '../helpers/files/zip';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
let count = 0;

/** Unpacks into a new folder that is two levels deep, so that an escape would be seen. */
async function unpackEntries(entries: ZipEntry[], options?: UnpackOptions) {
  const base = join(folder(), String(count++));
  const target = join(base, 'deep', 'target');
  mkdirSync(target, { recursive: true });
  const archive = join(folder(), `${count}.zip`);
  writeFileSync(archive, makeZip(entries));
  const run = unpack(archive, target, options);
  return { run, target, outside: () => [...readdirSync(base), ...readdirSync(join(base, 'deep'))] };
}

test('files are unpacked with their content and mode, directories are made', async () => {
  const { run, target } = await unpackEntries([
    { name: 'bin/', mode: 0o040755 },
    { name: 'bin/tool', content: 'run me', mode: 0o100755 },
    { name: 'read/deep/me.txt', content: 'text' },
    { name: 'no-mode', content: 'x', mode: 0 },
  ]);
  expect(await run).toBe(3);
  expect(readFileSync(join(target, 'bin/tool'), 'utf8')).toBe('run me');
  expect(readFileSync(join(target, 'read/deep/me.txt'), 'utf8')).toBe('text');
  expect(statSync(join(target, 'bin/tool')).mode & 0o777).toBe(0o755);
  expect(statSync(join(target, 'read/deep/me.txt')).mode & 0o777).toBe(0o644);
  expect(statSync(join(target, 'no-mode')).mode & 0o777).toBe(0o644);
});

test('set-uid bits are dropped', async () => {
  const { run, target } = await unpackEntries([{ name: 'su', content: '', mode: 0o104755 }]);
  await run;
  expect(statSync(join(target, 'su')).mode & 0o7777).toBe(0o755);
});

test('select renames entries and leaves others out', async () => {
  const select = (name: string) => (name === 'a/b' ? 'c/d' : undefined);
  const { run, target } = await unpackEntries([{ name: 'a/b' }, { name: 'e' }], { select });
  expect(await run).toBe(1);
  expect(readdirSync(target, { recursive: true }).sort()).toEqual(['c', 'c/d']);
});

test.each([
  '../x',
  'a/../../x',
  'a/..',
  '/etc/x',
  'C:/x',
  'a\\..\\..\\x',
  'a\\b',
  './x',
  'a//x',
  'a\0b',
  '',
])('the entry name %j is refused', async (name) => {
  const { run, outside } = await unpackEntries([{ name, content: 'evil' }]);
  await expect(run).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
  expect(outside()).toEqual(['deep', 'target']);
});

test('no entry name at all lets a file land outside the folder', async () => {
  const segment = fc.constantFrom('..', '.', '', 'a', 'b', '...', ' ', 'C:', '\\', '..\\', 'é');
  const name = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
  await fc.assert(
    fc.asyncProperty(name, async (entry) => {
      const { run, outside } = await unpackEntries([{ name: entry, content: 'x' }]);
      const parts = entry.replace(/\/$/, '').split('/');
      const escapes = parts.some((part) => ['..', '.', ''].includes(part));
      const written = await run.then(
        () => true,
        () => false,
      );
      if (escapes || /\\|^C:/.test(entry)) expect(written).toBe(false);
      else expect(written).toBe(true);
      expect(outside()).toEqual(['deep', 'target']);
    }),
    { numRuns: 150 },
  );
});

test('an unsafe entry is refused even where select would leave it out', async () => {
  const { run } = await unpackEntries([{ name: '../x' }], { select: () => undefined });
  await expect(run).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
});

test.each([
  ['a symbolic link', 0o120777],
  ['a device', 0o060644],
  ['a socket', 0o140644],
  ['a directory without a slash', 0o040755],
])('%s is refused', async (_, mode) => {
  const { run, target } = await unpackEntries([{ name: 'link', content: '/etc/passwd', mode }]);
  await expect(run).rejects.toThrow(/'link' is a link or a special file/);
  expect(readdirSync(target)).toEqual([]);
});

test('two entries of one name are refused', async () => {
  const { run } = await unpackEntries([
    { name: 'a', content: '1' },
    { name: 'a', content: '2' },
  ]);
  await expect(run).rejects.toThrow(/EEXIST/);
});

test('the unpacked size is bounded, over all selected entries together', async () => {
  const entries = [
    { name: 'a', content: 'x'.repeat(600) },
    { name: 'b', content: 'x'.repeat(600) },
  ];
  await expect((await unpackEntries(entries, { maxBytes: 1000 })).run).rejects.toThrow(
    /1000 bytes/,
  );
  await expect((await unpackEntries(entries, { maxBytes: 1200 })).run).resolves.toBe(2);
});

test('an entry that inflates to more than it declares is refused', async () => {
  const bomb = { name: 'bomb', content: 'x'.repeat(1_000_000), declaredSize: 10 };
  await expect((await unpackEntries([bomb], { maxBytes: 1000 })).run).rejects.toThrow(/too many/i);
});

test('the number of entries is bounded', async () => {
  const { run } = await unpackEntries([{ name: 'a' }, { name: 'b' }], { maxEntries: 1 });
  await expect(run).rejects.toThrow(/2 entries, more than the 1 allowed/);
});

test('damaged content is noticed', async () => {
  const { run } = await unpackEntries([{ name: 'a', content: 'abc', declaredCrc: 1 }]);
  await expect(run).rejects.toThrow(/'a' is damaged/);
});

test('a file that is no archive, and one that is cut short, are typed errors', async () => {
  const archive = join(folder(), 'bad.zip');
  writeFileSync(archive, 'not a zip');
  const expected = { name: 'TorchError', code: 'ERR_TORCH_FILE', path: archive };
  await expect(unpack(archive, folder())).rejects.toMatchObject(expected);
  writeFileSync(archive, makeZip([{ name: 'a', content: 'abc' }]).subarray(0, -30));
  await expect(unpack(archive, folder())).rejects.toMatchObject(expected);
});
