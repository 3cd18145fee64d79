import { execFileSync } from 'node:child_process';
import fs, { closeSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { openRegular, readRegular } from '../../lib/files/regular-file';
import { readWordNetDefinitions } from '../../lib/text/datasets/wordnet';
import { readNpy } from '../../lib/torch/files/npy';
import { readNpz } from '../../lib/torch/files/npz';
import { readSafetensors } from '../../lib/torch/files/safetensors';
import { loadCheckpoint } from '../../lib/train/checkpoint';
import { sealed } from '../../lib/train/seal';
import { loadTextModel } from '../../lib/train/text-model';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
const inFolder = (name: string) => join(folder(), name);
const pipe = (name: string): string => {
  execFileSync('mkfifo', [inFolder(name)]);
  return inFolder(name);
};

test('reads a file, also behind a link', () => {
  writeFileSync(inFolder('a'), 'text');
  symlinkSync('a', inFolder('link'));
  expect(readRegular(inFolder('link')).toString()).toBe('text');
  const { file, size } = openRegular(inFolder('a'));
  closeSync(file);
  expect(size).toBe(4);
});

test('refuses a folder, a pipe and a socket, and leaves no file open', async () => {
  mkdirSync(inFolder('folder'));
  pipe('pipe');
  const server = createServer().listen(inFolder('socket'));
  await new Promise((resolve) => server.once('listening', resolve));
  const nextFile = () => {
    const file = openSync(folder(), 'r');
    closeSync(file);
    return file;
  };
  const free = nextFile();
  for (const kind of ['folder', 'pipe', 'socket']) {
    expect(() => readRegular(inFolder(kind))).toThrow(`it is not a regular file but a ${kind}`);
  }
  expect(nextFile()).toBe(free);
  await new Promise((resolve) => server.close(resolve));
});

test('refuses a pipe that comes after the look and before the opening', () => {
  writeFileSync(inFolder('file'), '');
  const path = pipe('pipe');
  const stats = fs.statSync(inFolder('file'));
  const spy = jest.spyOn(fs, 'statSync').mockReturnValue(stats);
  expect(() => readRegular(path)).toThrow('a pipe');
  spy.mockRestore();
});

test.each<[string, string, (path: string) => unknown]>([
  ['readNpy', 'a.npy', readNpy],
  ['readNpz', 'a.npz', readNpz],
  ['readSafetensors', 'a.safetensors', readSafetensors],
  ['readWordNetDefinitions', 'data.noun', () => readWordNetDefinitions({ directory: folder() })],
  ['loadCheckpoint', 'config.json', () => loadCheckpoint(folder(), z.unknown())],
  ['loadTextModel', 'config.json', () => loadTextModel(folder())],
])('%s waits for no pipe', (_, name, read) => {
  const path = pipe(name);
  expect(() => read(path)).toThrow(expect.objectContaining({ code: 'ERR_TORCH_FILE', path }));
  expect(() => read(path)).toThrow('a pipe');
});

test('loadCheckpoint waits for no pipe in the place of the tensors', () => {
  const sha256 = '0'.repeat(64);
  const head = { format: 'metatorch-checkpoint', version: 2, metatorch: '0', sha256 };
  writeFileSync(
    inFolder('config.json'),
    JSON.stringify(sealed({ ...head, structure: {}, config: {} })),
  );
  const path = pipe('model.safetensors');
  expect(() => loadCheckpoint(folder(), z.unknown())).toThrow(
    expect.objectContaining({ code: 'ERR_TORCH_FILE', path }),
  );
});
