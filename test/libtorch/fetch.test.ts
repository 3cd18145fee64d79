import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type FetchOptions, fetchLibtorch } from '../../lib/libtorch/fetch';
import { sharedLibrary } from '../../lib/libtorch/inspect';
import { fakeLibtorch, fakeWheel } from '../helpers/downloads/fake-libtorch';
import { fakePython } from '../helpers/downloads/fake-python';
import { startServer } from '../helpers/downloads/http-server';
import { makeZip } from '../helpers/files/zip';
import { temporaryFolder, writeFiles } from '../helpers/folders';

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder(), ...parts);
const ENTRY = 'libtorch-2.13.0-cpu';

/** Fetches with a pip that serves these wheels, or that fails if there are none. */
function fetchWithPip(wheels?: Record<string, Buffer>, rest: Partial<FetchOptions> = {}) {
  if (wheels !== undefined) writeFiles(at('wheels'), wheels);
  const behaviour = wheels === undefined ? {} : { wheels: at('wheels') };
  const python = fakePython(at('bin'), behaviour);
  const env = { ...process.env, METATORCH_CACHE: at('cache'), METATORCH_PYTHON: python };
  return fetchLibtorch({ device: 'cpu', env, pinned: null, ...rest });
}

const pipCalls = () => readFileSync(at('bin', 'python3.calls'), 'utf8').trim().split('\n');
const pinnedAt = (url: string, content: Buffer) => ({
  url,
  size: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
});

test("the user's own pip goes first, and of the wheel only what is needed is kept", async () => {
  const found = await fetchWithPip({ 'torch-2.13.0.whl': fakeWheel() });
  const root = at('cache', ENTRY);
  expect(found).toMatchObject({ root, version: '2.13.0', flavour: 'cpu', source: 'cache' });
  expect(readdirSync(root).sort()).toEqual(
    ['LICENSE', 'build-version', 'include', 'lib', 'third_party', 'version.py'].sort(),
  );
  expect(readdirSync(join(root, 'lib')).sort()).toEqual(
    ['c10', 'torch_cpu'].map((name) => sharedLibrary(name)).sort(),
  );
  expect(statSync(join(root, 'lib', sharedLibrary('c10'))).mode & 0o777).toBe(0o755);
  expect(readFileSync(join(root, 'build-version'), 'utf8')).toBe('2.13.0+cpu\n');
  expect(readdirSync(at('cache'))).toEqual([ENTRY]);
  expect(pipCalls()).toHaveLength(1);
  expect(pipCalls()[0]).toMatch(/pip download --only-binary=:all: --retries 1 .*--no-deps/);
  expect(pipCalls()[0]).not.toContain('--extra-index-url');
});

test('what is already in the cache is not fetched again', async () => {
  await fetchWithPip({ 'torch-2.13.0.whl': fakeWheel() });
  await fetchWithPip();
  expect(pipCalls()).toHaveLength(1);
});

test("PyTorch's index goes second, the pinned archive third", async () => {
  const wheel = fakeWheel();
  const server = await startServer((_, response) => response.end(wheel));
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const found = await fetchWithPip(undefined, { pinned: pinnedAt(server.url, wheel), log });
  await server.stop();
  expect(found.root).toBe(at('cache', ENTRY));
  expect(pipCalls()).toHaveLength(2);
  expect(pipCalls()[1]).toContain('--extra-index-url https://download.pytorch.org/whl/cpu');
  expect(lines.join('\n')).toMatch(/pip download.*\n.*whl\/cpu\n.*127\.0\.0\.1(.*\n)*unpacking/);
  expect(readdirSync(at('cache'))).toEqual([ENTRY]);
});

test('without Python the archive is still obtained', async () => {
  const wheel = fakeWheel();
  const server = await startServer((_, response) => response.end(wheel));
  const env = { METATORCH_CACHE: at('cache'), METATORCH_PYTHON: '/nowhere' };
  const found = await fetchLibtorch({ device: 'cpu', env, pinned: pinnedAt(server.url, wheel) });
  await server.stop();
  expect(found.version).toBe('2.13.0');
});

test('if nothing helps, the error says what each way answered and how to go on', async () => {
  const server = await startServer((_, response) => response.writeHead(503).end());
  const pinned = pinnedAt(server.url, Buffer.from('x'));
  const error = await fetchWithPip(undefined, { pinned }).catch((reason: unknown) => reason);
  await server.stop();
  expect(error).toMatchObject({ name: 'TorchError', code: 'ERR_TORCH_DOWNLOAD' });
  for (const part of ['set LIBTORCH', 'ERROR: no such wheel', 'the server answered 503']) {
    expect(error).toMatchObject({ message: expect.stringContaining(part) });
  }
  expect(readdirSync(at('cache'))).toEqual([]);
});

test('an archive with a wrong digest is never unpacked', async () => {
  const server = await startServer((_, response) => response.end(fakeWheel()));
  const pinned = { ...pinnedAt(server.url, fakeWheel()), sha256: '0'.repeat(64) };
  await expect(fetchWithPip(undefined, { pinned })).rejects.toThrow(/sha256/);
  await server.stop();
  expect(readdirSync(at('cache'))).toEqual([]);
});

test.each([
  ['is malicious', makeZip([{ name: '../evil', content: 'x' }]), 'ERR_TORCH_FILE'],
  ['is no torch', makeZip([{ name: 'x', content: 'x' }]), 'ERR_TORCH_FILE'],
  ['lacks libraries', makeZip([versionFile()]), 'ERR_TORCH_DOWNLOAD'],
  ['has an unsupported version', fakeWheel('2.9.0'), 'ERR_TORCH_DOWNLOAD'],
])('a wheel that %s leaves nothing in the cache', async (_, wheel, code) => {
  await expect(fetchWithPip({ 'torch-2.13.0.whl': wheel })).rejects.toMatchObject({ code });
  expect(readdirSync(at('cache'))).toEqual([]);
  expect(existsSync(at('evil'))).toBe(false);
});

function versionFile() {
  return { name: 'torch/version.py', content: "__version__ = '2.13.0'" };
}

test('fetches at the same time all succeed and leave one entry', async () => {
  writeFiles(at('wheels'), { 'torch-2.13.0.whl': fakeWheel() });
  const python = fakePython(at('bin'), { wheels: at('wheels') });
  const env = { ...process.env, METATORCH_CACHE: at('cache'), METATORCH_PYTHON: python };
  const runs = Array.from({ length: 4 }, () => fetchLibtorch({ device: 'cpu', env }));
  for (const found of await Promise.all(runs)) expect(found.root).toBe(at('cache', ENTRY));
  expect(pipCalls()).toHaveLength(4);
  expect(readdirSync(at('cache'))).toEqual([ENTRY]);
  expect(readFileSync(at('cache', ENTRY, 'lib', sharedLibrary('c10')), 'utf8')).toBe('c10');
});

test('a damaged entry is replaced', async () => {
  writeFiles(at('cache', ENTRY), { 'lib/half': 'x' });
  await fetchWithPip({ 'torch-2.13.0.whl': fakeWheel() });
  expect(existsSync(at('cache', ENTRY, 'lib', 'half'))).toBe(false);
  expect(readdirSync(at('cache'))).toEqual([ENTRY]);
});

test('leftovers go after a day, not before, and other entries stay', async () => {
  for (const name of ['.incomplete-old', '.incomplete-new'])
    mkdirSync(at('cache', name), { recursive: true });
  fakeLibtorch(at('cache', 'libtorch-2.12.0-cpu'), '2.12.0');
  const past = Date.now() / 1000 - 25 * 60 * 60;
  for (const name of ['.incomplete-old', 'libtorch-2.12.0-cpu'])
    utimesSync(at('cache', name), past, past);
  await fetchWithPip({ 'torch-2.13.0.whl': fakeWheel() });
  expect(readdirSync(at('cache')).sort()).toEqual([
    '.incomplete-new',
    'libtorch-2.12.0-cpu',
    ENTRY,
  ]);
});

test('for CUDA the packages that torch requires lie beside it, as its rpaths want', async () => {
  const cublas = makeZip([
    { name: 'nvidia/cu13/lib/libcublas.so.13', content: 'cublas' },
    { name: 'nvidia/cu13/lib/libcublas_static.a', content: 'static' },
    { name: 'nvidia/cu13/include/cublas.h', content: 'header' },
    { name: 'nvidia/__init__.py', content: '' },
    { name: 'nvidia_cublas-13.0.dist-info/licenses/License.txt', content: 'licence' },
  ]);
  const wheels = {
    'torch-2.13.0-cp311.whl': fakeWheel('2.13.0', 'cuda'),
    'nvidia_cublas-13.0-py3.whl': cublas,
  };
  const found = await fetchWithPip(wheels, { device: 'cuda' });
  const entry = at('cache', 'libtorch-2.13.0-cuda');
  expect(found).toMatchObject({ root: join(entry, 'torch'), flavour: 'cuda', version: '2.13.0' });
  expect(readdirSync(entry).sort()).toEqual(['licenses', 'nvidia', 'torch']);
  expect(readdirSync(join(entry, 'nvidia'), { recursive: true }).sort()).toEqual([
    ...['cu13', 'cu13/include', 'cu13/include/cublas.h', 'cu13/lib', 'cu13/lib/libcublas.so.13'],
  ]);
  expect(readdirSync(join(entry, 'licenses', 'nvidia_cublas'))).toEqual(['License.txt']);
  expect(pipCalls()).toHaveLength(2);
  expect(pipCalls()[0]).toMatch(/--no-deps .* torch==2\.13\.0$/);
  expect(pipCalls()[1]).toMatch(/nvidia-cudnn-cu13==9\.1; .* cuda-toolkit\[cudart\]==13\.0\.2/);
  expect(pipCalls()[1]).not.toMatch(/--no-deps|triton|filelock|extra/);
});
