import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { runCommandLines } from '../helpers/command-lines';
import { fakeLibtorch } from '../helpers/downloads/fake-libtorch';
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

test('all help fits 80 columns, and names every command in a line', () => {
  const cwd = folder();
  const [root] = runCommandLines([{ args: ['--help'], cwd }], cwd);
  const listed = root?.out.split('Commands:')[1] ?? '';
  const names = [...listed.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
  expect(names).toEqual(expect.arrayContaining(['try', 'train', 'models', 'help']));
  const commands = names
    .filter((name) => name !== 'help')
    .map((name) => ({ args: [name, '--help'], cwd }));
  for (const { out, err, status } of [root, ...runCommandLines(commands, cwd)].flatMap(
    (one) => one ?? [],
  )) {
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    // A command that is described in two lines would begin one of them far to the right.
    const [, list = ''] = out.split('Commands:\n');
    expect(list.split('\n').filter((line) => /^ {3}/.test(line))).toEqual([]);
  }
});

test.each(['stdout', 'stderr'] as const)(
  'it ends when nobody reads its %s any more',
  async (name) => {
    const args = name === 'stdout' ? ['--help'] : ['bogus'];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const other = name === 'stdout' ? child.stderr : child.stdout;
    child[name].destroy();
    const said: Buffer[] = [];
    other.on('data', (part) => said.push(part));
    expect(await once(child, 'close')).toEqual([141, null]);
    expect(Buffer.concat(said).toString()).toBe('');
  },
);

test('an unknown command is an error', () => {
  expect(metatorch(['bogus'])).toMatchObject({ status: 2, stdout: '' });
});
