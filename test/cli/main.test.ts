import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fakeLibtorch } from '../helpers/fake-libtorch';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
const MAIN = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');

/** Runs the compiled command line as a person would. */
function metatorch(args: string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

test('--version tells the version of the package', () => {
  const { version } = require('../../package.json');
  expect(metatorch(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n` });
});

test('doctor finds nothing wrong with a checkout that is set up', () => {
  const { status, stdout } = metatorch(['doctor', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    problems: [],
    runtime: { devices: expect.arrayContaining(['cpu']) },
  });
  expect(status).toBe(0);
});

test('doctor survives a libtorch that cannot be loaded, and says so', () => {
  const LIBTORCH = fakeLibtorch(join(folder(), 'torch'));
  const { status, stdout, stderr } = metatorch(['doctor'], { LIBTORCH });
  expect(stdout).toMatch(/Wrong: .*libc10\.(so|dylib)/);
  expect(stderr).toBe('');
  expect(status).toBe(1);
});

test('libtorch path prints the folder alone', () => {
  const LIBTORCH = fakeLibtorch(join(folder(), 'torch'));
  const found = metatorch(['libtorch', 'path'], { LIBTORCH });
  expect(found).toEqual({ status: 0, stdout: `${LIBTORCH}\n`, stderr: '' });
  const missing = metatorch(['libtorch', 'path', '--cuda'], { LIBTORCH });
  expect(missing).toMatchObject({ status: 1, stdout: '' });
  expect(missing.stderr).toMatch(/^LIBTORCH is set to .* CPU only/);
});

test('libtorch install is content with what the cache holds', () => {
  const root = fakeLibtorch(join(folder(), 'libtorch-2.13.0-cpu'));
  const { status, stdout } = metatorch(['libtorch', 'install'], { METATORCH_CACHE: folder() });
  expect(stdout).toBe(`libtorch 2.13.0 cpu is at ${root}\n`);
  expect(status).toBe(0);
});

test('an unknown command is an error', () => {
  expect(metatorch(['bogus'])).toMatchObject({ status: 2, stdout: '' });
});
