import { isSupported, newerFirst, readVersion, releaseOf } from '../../lib/libtorch/versions';
import { temporaryFolder, writeFiles } from '../helpers/folders';

const folder = temporaryFolder();

test.each([
  ['2.10.9', false],
  ['2.11.0', true],
  ['2.13.0', true],
  ['2.14.9', true],
  ['2.15.0', false],
  ['1.13.0', false],
  ['3.12.0', false],
  ['', false],
])('libtorch %s is supported: %s', (version, expected) => {
  expect(isSupported(version)).toBe(expected);
});

test('the release leaves local and pre-release parts out', () => {
  expect(releaseOf('2.13.0+cpu')).toBe('2.13.0');
  expect(releaseOf('2.14.0a0+git123\n')).toBe('2.14.0');
  expect(releaseOf('nightly')).toBeUndefined();
});

test('releases are ordered as numbers, not as text', () => {
  expect(['2.9.0', '2.11.1', '2.11.0'].sort(newerFirst)).toEqual(['2.11.1', '2.11.0', '2.9.0']);
});

test.each([
  ['include/torch/headeronly/version.h', '#define TORCH_VERSION \\\n  "2.12.1"\n'],
  ['include/torch/version.h', '#define TORCH_VERSION_MINOR 1\n#define TORCH_VERSION "2.12.1"\n'],
  ['include/torch/csrc/api/include/torch/version.h', '#define TORCH_VERSION "2.12.1"\n'],
  ['build-version', '2.12.1+cu130\n'],
  ['version.py', "from x import y\n__version__ = '2.12.1+cpu'\ndebug = False\n"],
])('the version is read from %s', (file, content) => {
  writeFiles(folder(), { [file]: content });
  expect(readVersion(folder())).toBe('2.12.1');
});

test('what the headers declare counts more than other files, and silence is undefined', () => {
  expect(readVersion(folder())).toBeUndefined();
  writeFiles(folder(), {
    'build-version': '2.11.0',
    'include/torch/version.h': '#define TORCH_VERSION "2.12.0"',
  });
  expect(readVersion(folder())).toBe('2.12.0');
});
