import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPython, findPythonTorch } from '../../lib/libtorch/python';
import { fakePython } from '../helpers/downloads/fake-python';
import { temporaryFolder, writeFiles } from '../helpers/folders';

const folder = temporaryFolder();

test('METATORCH_PYTHON goes before python3, which goes before python', () => {
  const bin = join(folder(), 'bin');
  writeFiles(bin, { python: '', other: '' }, 0o755);
  expect(findPython({ PATH: bin })).toBe(join(bin, 'python'));
  writeFiles(bin, { python3: '' }, 0o755);
  expect(findPython({ PATH: bin })).toBe(join(bin, 'python3'));
  expect(findPython({ PATH: bin, METATORCH_PYTHON: 'other' })).toBe(join(bin, 'other'));
  const other = join(bin, 'other');
  expect(findPython({ PATH: '', METATORCH_PYTHON: other })).toBe(other);
});

test('what cannot be run is no Python', () => {
  writeFileSync(join(folder(), 'python3'), '', { mode: 0o644 });
  mkdirSync(join(folder(), 'python'));
  expect(findPython({ PATH: folder() })).toBeUndefined();
  expect(findPythonTorch({ PATH: folder() })).toEqual({ reason: 'no python3' });
  expect(findPythonTorch({ METATORCH_PYTHON: '/nowhere/python' })).toEqual({
    reason: 'METATORCH_PYTHON is /nowhere/python, not a program',
  });
});

test('the folder of torch is found with one run of Python', () => {
  const python = fakePython(folder(), { torchOrigin: '/somewhere/torch/__init__.py' });
  expect(findPythonTorch({ METATORCH_PYTHON: python })).toEqual({ root: '/somewhere/torch' });
  expect(readFileSync(`${python}.calls`, 'utf8')).toBe('-c\n');
});

test('a Python without torch, and one that fails, are told apart', () => {
  const empty = fakePython(folder(), {});
  expect(findPythonTorch({ METATORCH_PYTHON: empty })).toEqual({ reason: `${empty} has no torch` });
  writeFiles(folder(), { broken: '#!/bin/sh\nexit 3\n' }, 0o755);
  const broken = join(folder(), 'broken');
  expect(findPythonTorch({ METATORCH_PYTHON: broken })).toEqual({
    reason: `${broken} does not run`,
  });
});

const hasPython = spawnSync('python3', ['-c', '']).status === 0;
(hasPython ? test : test.skip)('real Python finds torch without importing it', () => {
  const package_ = writeFiles(join(folder(), 'site', 'torch'), {
    '__init__.py': `open(${JSON.stringify(join(folder(), 'imported'))}, 'w')`,
  });
  const env = { ...process.env, PYTHONPATH: join(folder(), 'site') };
  expect(findPythonTorch(env)).toEqual({ root: package_ });
  expect(existsSync(join(folder(), 'imported'))).toBe(false);
});
