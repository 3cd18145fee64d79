import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  encoderPackage,
  originalPackage,
  readPackageFile,
  SHARDS,
} from '../../../../lib/text/encoders/use-lite/package-files';
import { temporaryFolder } from '../../../helpers/folders';

const folder = temporaryFolder();

test('the package lies where npm has put it, with seven parts', () => {
  expect(existsSync(join(encoderPackage().folder, 'vocab.json'))).toBe(true);
  expect(SHARDS.map((name) => name.slice(-4))).toEqual(
    [1, 2, 3, 4, 5, 6, 7].map((part) => `${part}of7`),
  );
});

test('a package that is not installed is named, with what to do', () => {
  const resolve = () => {
    throw new Error('Cannot find module');
  };
  expect(() => encoderPackage(resolve)).toThrow(
    expect.objectContaining({
      code: 'ERR_TORCH_PACKAGE_MISSING',
      message: expect.stringMatching(/npm install @metatorch\/encoder-use-lite@0\.1\.0/),
    }),
  );
});

test('a file that is missing, shorter or changed is refused by its path', () => {
  const from = join(encoderPackage().folder, 'vocab.json');
  const to = join(folder(), 'dist', 'vocab.json');
  const refused = (message: RegExp) =>
    expect(() => readPackageFile('vocab.json', originalPackage(folder()))).toThrow(
      expect.objectContaining({
        name: 'TorchError',
        code: 'ERR_TORCH_FILE',
        path: to,
        message: expect.stringMatching(message),
      }),
    );
  refused(/Cannot read .*ENOENT.*npm install/);
  mkdirSync(join(folder(), 'dist'));
  const bytes = readFileSync(from);
  writeFileSync(to, bytes.subarray(1));
  refused(/expected sha256 1ad860\w+ but found \w+ \(218326 bytes\).*npm install/);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(to, bytes);
  refused(/expected sha256/);
});
