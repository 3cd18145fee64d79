import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import countResults from '../../scripts/support/count-results.js';
import { isInstalled } from '../../scripts/support/dependencies.js';
import { deviceFrom } from '../../scripts/support/libtorch.js';
import { isAtLeast, nodeProblem } from '../../scripts/support/tools.js';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
const SUPPORT = join(__dirname, '..', '..', 'scripts', 'support');

test.each([
  ['20.19.0', '20.19', true],
  ['20.9.0', '20.19', false],
  ['21.0.0', '20.19', true],
  ['19.99.9', '20.19', false],
  ['3.18', '3.18', true],
  ['3.5', '3.18', false],
])('%s is at least %s: %s', (version, least, expected) => {
  expect(isAtLeast(version, least)).toBe(expected);
});

test('no script has a name by which npm runs it before or after another one', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(__dirname, '../../package.json'), 'utf8'),
  );
  const names = Object.keys(scripts);
  const hooks = names.flatMap((name) => [`pre${name}`, `post${name}`]);
  expect(names.filter((name) => hooks.includes(name))).toEqual([]);
});

test('an old Node is told with its cure', () => {
  expect(nodeProblem('18.20.0')).toMatch(/20\.19 or newer is needed, this is 18\.20\.0: see http/);
  expect(nodeProblem('20.20.2')).toBeUndefined();
});

describe('packages count as installed', () => {
  const locked = {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/other-platform': { version: '1.0.0', optional: true },
  };

  test('if all that are not optional are there', () => {
    expect(isInstalled(locked, { 'node_modules/a': locked['node_modules/a'] })).toBe(true);
  });

  test.each([
    ['one is missing', {}],
    ['a version differs', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }],
    ['a digest differs', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } }],
  ])('not if %s', (_, installed) => {
    expect(isInstalled(locked, installed)).toBe(false);
  });
});

test('CUDA is asked for on the command line or by the environment', () => {
  const saved = process.env.METATORCH_DEVICE;
  try {
    delete process.env.METATORCH_DEVICE;
    expect(deviceFrom([])).toBe('cpu');
    expect(deviceFrom(['--cuda'])).toBe('cuda');
    process.env.METATORCH_DEVICE = 'cuda';
    expect(deviceFrom([])).toBe('cuda');
  } finally {
    if (saved === undefined) delete process.env.METATORCH_DEVICE;
    else process.env.METATORCH_DEVICE = saved;
  }
});

test('a test file that cannot be loaded counts as a failure, a todo as skipped', () => {
  const file = join(folder(), 'counts');
  process.env.METATORCH_COUNTS = file;
  const results = {
    numPassedTests: 7,
    numFailedTests: 1,
    numRuntimeErrorTestSuites: 2,
    numPendingTests: 3,
    numTodoTests: 1,
  };
  expect(countResults(results)).toBe(results);
  delete process.env.METATORCH_COUNTS;
  expect(readFileSync(file, 'utf8')).toBe('7 passed, 3 failed, 4 skipped');
});

/** Says `in`, waits and says `out` while holding the lock. */
const HOLD = `
require(${JSON.stringify(join(SUPPORT, 'lock.js'))}).withLock(async () => {
  console.log('in');
  await new Promise((resolve) => setTimeout(resolve, 300));
  console.log('out');
});`;

test('two set-ups never overlap, and a lock whose owner died is taken over', async () => {
  const dies = HOLD.replace("console.log('in');", 'process.exit(3);');
  expect(spawnSync(process.execPath, ['-e', dies]).status).toBe(3);
  let said = '';
  const holders = [1, 2, 3].map(
    () =>
      new Promise<number | null>((resolve) => {
        const child = spawn(process.execPath, ['-e', HOLD]);
        child.stdout.on('data', (chunk: Buffer) => {
          said += chunk.toString();
        });
        child.on('close', resolve);
      }),
  );
  expect(await Promise.all(holders)).toEqual([0, 0, 0]);
  const words = said.match(/^(in|out)$/gm);
  expect(words).toEqual(['in', 'out', 'in', 'out', 'in', 'out']);
});
