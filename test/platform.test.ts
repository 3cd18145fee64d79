import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  libcOf,
  libraryProblem,
  type Platform,
  platformError,
  platformProblem,
  thisPlatform,
} from '../lib/platform';
import { elfWithInterpreter } from './helpers/files/elf';
import { temporaryFolder, writeFiles } from './helpers/folders';

const folder = temporaryFolder();
const HERE: Platform = { system: 'linux', processor: 'x64', libc: 'glibc', glibc: '2.28' };

test.each(['2.28', '2.31', '2.100', '3.0', undefined])(
  'Linux on x64 runs with glibc %s',
  (glibc) => {
    expect(platformProblem({ ...HERE, glibc })).toBeUndefined();
  },
);

test.each<[string, Partial<Platform>, RegExp, RegExp]>([
  ['Windows', { system: 'win32', libc: undefined }, /run on Windows \(win32-x64\)/, /WSL 2/],
  [
    'macOS',
    { system: 'darwin', processor: 'arm64', libc: undefined },
    /run on macOS \(darwin-arm64\)/,
    /--platform linux\/amd64/,
  ],
  ['another system', { system: 'freebsd', libc: undefined }, /run on freebsd-x64/, /container/],
  [
    'ARM without a package',
    { processor: 'arm64' },
    /run on linux-arm64 without a build/,
    /npm run setup.*METATORCH_ADDON/,
  ],
  ['musl', { libc: 'musl', glibc: undefined }, /uses musl.*\(linux-x64\)/, /node:22-slim/],
  ['an old glibc', { glibc: '2.17' }, /run on glibc 2\.17 /, /newer distribution/],
  ['the glibc before the first', { glibc: '2.27' }, /run on glibc 2\.27 /, /newer distribution/],
  ['32 bits', { processor: 'ia32' }, /32-bit Node\.js \(linux-ia32\)/, /64-bit Node\.js/],
  ['32 bits of Windows', { system: 'win32', processor: 'ia32' }, /32-bit/, /64-bit/],
])('%s is named with what is supported and what to do', (_, other, problem, cure) => {
  const found = platformProblem({ ...HERE, ...other });
  expect(found).toEqual({
    problem: expect.stringMatching(problem),
    cure: expect.stringMatching(cure),
  });
  expect(found?.problem).toMatch(/Linux on x64 with glibc 2\.28 or newer/);
});

test('a build of your own is blamed for its C library alone', () => {
  expect(libraryProblem({ ...HERE, processor: 'arm64' })).toBeUndefined();
  expect(libraryProblem({ ...HERE, system: 'darwin', libc: undefined })).toBeUndefined();
  const old = { ...HERE, processor: 'arm64', glibc: '2.17' };
  expect(libraryProblem(old)).toEqual(platformProblem(old));
  expect(libraryProblem(old)?.problem).toContain('glibc 2.17 (linux-arm64)');
});

test('each problem has a message of its own', () => {
  const platforms = ['win32', 'darwin', 'freebsd'].map((system) => ({ ...HERE, system }));
  const others = [{ processor: 'arm64' }, { processor: 'arm' }, { libc: 'musl' as const }];
  const all = [
    ...platforms,
    ...others.map((other) => ({ ...HERE, ...other })),
    { ...HERE, glibc: '2.5' },
  ];
  expect(new Set(all.map((platform) => platformProblem(platform)?.problem)).size).toBe(all.length);
});

test('an error holds problem and cure', () => {
  const error = platformError({ problem: 'It is wrong.', cure: 'Do this.' });
  expect(error).toMatchObject({ code: 'ERR_TORCH_PLATFORM', message: 'It is wrong. Do this.' });
});

test.each([
  ['/lib64/ld-linux-x86-64.so.2', 'glibc'],
  ['/lib/ld-musl-x86_64.so.1', 'musl'],
  ['/nix/store/abc-musl-1.2/lib/ld-musl-x86_64.so.1', 'musl'],
  ['/nix/store/abc-glibc-2.38/lib/ld-linux-x86-64.so.2', 'glibc'],
])('a program that starts with %s uses %s', (interpreter, expected) => {
  writeFiles(folder(), { program: elfWithInterpreter(interpreter) });
  expect(libcOf(join(folder(), 'program'))).toBe(expected);
});

test.each([
  ['a script', Buffer.from('#!/bin/sh\n')],
  ['an empty file', Buffer.alloc(0)],
  ['a damaged header', elfWithInterpreter('/lib/ld-musl-x86_64.so.1').subarray(0, 70)],
])('%s has no C library', (_, content) => {
  writeFiles(folder(), { program: content });
  expect(libcOf(join(folder(), 'program'))).toBeUndefined();
});

test('a program that is not there has no C library', () => {
  expect(libcOf(join(folder(), 'none'))).toBeUndefined();
});

(process.platform === 'linux' ? test : test.skip)('this process is recognised', () => {
  expect(thisPlatform()).toEqual({
    system: 'linux',
    processor: process.arch,
    libc: spawnSync('ldd', ['--version']).stdout.includes('GLIBC') ? 'glibc' : 'musl',
    glibc: undefined,
  });
});
