import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { torch } from '../../../lib/torch';
import { writeNpy } from '../../../lib/torch/files/npy';
import { writeNpz } from '../../../lib/torch/files/npz';
import { replaceFile } from '../../../lib/torch/files/replace-file';
import { writeSafetensors } from '../../../lib/torch/files/safetensors';
import { temporaryFolder } from '../../helpers/folders';

const folder = temporaryFolder();
const inFolder = (...names: string[]) => join(folder(), ...names);
const NEW = [Buffer.from('ne'), Buffer.from('w')];
const textOf = (path: string) => readFileSync(path, 'utf8');
const modeOf = (path: string) => statSync(path).mode & 0o7777;

/** Refuses, and leaves what stands there and nothing beside it. */
function expectRefused(path: string, kind: string): void {
  const before = readdirSync(folder());
  const { mode, ino } = lstatSync(path);
  expect(() => replaceFile(path, NEW)).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_FILE', path }),
  );
  expect(() => replaceFile(path, NEW)).toThrow(
    `Cannot write ${path}: it is not a regular file but ${kind}`,
  );
  expect(lstatSync(path)).toMatchObject({ mode, ino });
  expect(readdirSync(folder())).toEqual(before);
}

test('writes a new file as the process masks it, and replaces an old one', () => {
  const path = inFolder('a');
  replaceFile(path, NEW);
  expect(textOf(path)).toBe('new');
  expect(modeOf(path)).toBe(0o666 & ~process.umask());
  replaceFile(path, [Buffer.from('other')]);
  expect(textOf(path)).toBe('other');
  expect(readdirSync(folder())).toEqual(['a']);
});

test.each([0o640, 0o600, 0o444, 0o666, 0o755])('keeps the permissions %o', (mode) => {
  const path = inFolder('a');
  writeFileSync(path, 'old');
  chmodSync(path, mode);
  replaceFile(path, NEW);
  expect(textOf(path)).toBe('new');
  expect(modeOf(path)).toBe(mode);
});

test('what replaces a private file is private while it is written', () => {
  const path = inFolder('a');
  writeFileSync(path, 'old');
  chmodSync(path, 0o600);
  function* chunks(): Generator<Uint8Array> {
    for (const name of readdirSync(folder())) expect(modeOf(inFolder(name))).toBe(0o600);
    yield Buffer.from('new');
  }
  replaceFile(path, chunks());
});

(process.getuid?.() === 0 ? test : test.skip)('keeps the owner where it may', () => {
  const path = inFolder('a');
  writeFileSync(path, 'old');
  execFileSync('chown', ['1234:2345', path]);
  chmodSync(path, 0o640);
  replaceFile(path, NEW);
  expect(statSync(path)).toMatchObject({ uid: 1234, gid: 2345 });
  expect(modeOf(path)).toBe(0o640);
});

test('writes through symbolic links, and leaves them', () => {
  mkdirSync(inFolder('far', 'deep'), { recursive: true });
  writeFileSync(inFolder('far', 'target'), 'old');
  // A link in a linked folder: `..` is the parent of the folder that it leads to.
  symlinkSync(inFolder('far', 'deep'), inFolder('near'));
  symlinkSync('../target', inFolder('far', 'deep', 'second'));
  symlinkSync('near/second', inFolder('first'));
  replaceFile(inFolder('first'), NEW);
  expect(textOf(inFolder('far', 'target'))).toBe('new');
  expect(readlinkSync(inFolder('first'))).toBe('near/second');
  expect(readlinkSync(inFolder('far', 'deep', 'second'))).toBe('../target');
  expect(readdirSync(inFolder('far')).sort()).toEqual(['deep', 'target']);
});

test('makes the file that a link leads to if there is none', () => {
  mkdirSync(inFolder('far'));
  symlinkSync('far/target', inFolder('link'));
  replaceFile(inFolder('link'), NEW);
  expect(textOf(inFolder('far', 'target'))).toBe('new');
  expect(lstatSync(inFolder('link')).isSymbolicLink()).toBe(true);
});

test('refuses links that lead in a circle', () => {
  symlinkSync('b', inFolder('a'));
  symlinkSync('a', inFolder('b'));
  expect(() => replaceFile(inFolder('a'), NEW)).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_FILE', path: inFolder('a') }),
  );
  expect(readdirSync(folder()).sort()).toEqual(['a', 'b']);
});

test('another hard link keeps the old content', () => {
  writeFileSync(inFolder('a'), 'old');
  linkSync(inFolder('a'), inFolder('backup'));
  replaceFile(inFolder('a'), NEW);
  expect(textOf(inFolder('a'))).toBe('new');
  expect(textOf(inFolder('backup'))).toBe('old');
});

test('refuses a folder', () => {
  mkdirSync(inFolder('a'));
  expectRefused(inFolder('a'), 'a folder');
});

test('refuses a pipe, also behind a link', () => {
  execFileSync('mkfifo', [inFolder('a')]);
  expectRefused(inFolder('a'), 'a pipe');
  symlinkSync('a', inFolder('link'));
  expectRefused(inFolder('link'), 'a pipe');
});

test('refuses a socket', async () => {
  const server = createServer().listen(inFolder('a'));
  await new Promise((resolve) => server.once('listening', resolve));
  expectRefused(inFolder('a'), 'a socket');
  await new Promise((resolve) => server.close(resolve));
});

test('refuses a device', () => {
  // Only a privileged process can make one.
  if (spawnSync('mknod', [inFolder('a'), 'c', '1', '3']).status !== 0) return;
  expectRefused(inFolder('a'), 'a device');
});

test('every writer keeps permissions and links, and refuses pipes', () => {
  const x = torch.tensor([1]);
  const writers: [string, (path: string) => void][] = [
    ['npy', (path) => writeNpy(path, x)],
    ['npz', (path) => writeNpz(path, { x })],
    ['safetensors', (path) => writeSafetensors(path, { x })],
  ];
  for (const [name, write] of writers) {
    const path = inFolder(name);
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    symlinkSync(name, inFolder(`${name}-link`));
    write(inFolder(`${name}-link`));
    expect(lstatSync(inFolder(`${name}-link`)).isSymbolicLink()).toBe(true);
    expect(modeOf(path)).toBe(0o640);
    expect(textOf(path)).not.toBe('old');
    execFileSync('mkfifo', [inFolder(`${name}-pipe`)]);
    expect(() => write(inFolder(`${name}-pipe`))).toThrow('a pipe');
  }
  x.dispose();
});

test('leaves nothing temporary when the content cannot be made', () => {
  function* chunks(): Generator<Uint8Array> {
    yield Buffer.from('ne');
    throw new RangeError('no more');
  }
  expect(() => replaceFile(inFolder('a'), chunks())).toThrow(RangeError);
  expect(existsSync(inFolder('a'))).toBe(false);
  expect(readdirSync(folder())).toEqual([]);
});
