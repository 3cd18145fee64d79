import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '../helpers/folders';
import { TEXTS_FILE } from '../helpers/learners/configs';

const MAIN = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');
const CONFIG = `data: ${TEXTS_FILE}
splits: { train: 0.5, validation: 0.25, test: 0.25 }
episodes: { ways: 3, shots: 2, queries: 2, tasks: 3 }
encoder: { kind: mean, dimensions: 8, dropout: 0 }
learner: prototypical
steps: 10
evaluation: { every: 5, validation: 4, test: 30, shots: 2 }
`;

const folder = temporaryFolder();
beforeEach(() => writeFileSync(join(folder(), 'run.yaml'), CONFIG));

const train = (...args: string[]) => [MAIN, 'train', 'run.yaml', ...args];

test('several processes train the model of one, and only the first says so', () => {
  const run = (out: string, ...args: string[]) => {
    const options = { encoding: 'utf8', cwd: folder() } as const;
    const all = train('--out', out, '--json', '--quiet', ...args);
    const { status, stdout, stderr } = spawnSync(process.execPath, all, options);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(1);
    return JSON.parse(lines[0] ?? '');
  };
  const [alone, three] = [run('a'), run('b', '--processes', '3')];
  expect(three.tests).toEqual(alone.tests);
  expect(three.runs[0].validation.accuracy).toEqual(alone.runs[0].validation.accuracy);
  expect(readdirSync(join(folder(), 'b'))).toEqual(readdirSync(join(folder(), 'a')));
}, 120_000);

test('a number of processes that cannot be meant', () => {
  const run = spawnSync(process.execPath, train('--processes', '0'), {
    encoding: 'utf8',
    cwd: folder(),
  });
  expect(run.status).toBeGreaterThan(0);
  expect(run.stderr).toContain(
    "Expected an integer from 1 to 1024 for --processes but received '0'",
  );
});

/** The processes of this machine whose command line has these words. */
function processesWith(words: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(words);
      } catch {
        return false;
      }
    })
    .map(Number);
}

(existsSync('/proc/self/cmdline') ? test : test.skip)(
  'no process outlives the one that has started it',
  async () => {
    const out = join(folder(), `unlike-any-other-${process.pid}`);
    const child = spawn(
      process.execPath,
      train('--out', out, '--steps', '1000000', '--processes', '2'),
      { cwd: folder(), stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let shown = '';
    child.stderr.on('data', (chunk) => {
      shown += String(chunk);
    });
    while (!shown.includes('/1000000')) await pause(50);
    expect(processesWith(out)).toHaveLength(3);
    child.kill('SIGKILL');
    child.stderr.destroy();
    await once(child, 'close');
    for (let i = 0; i < 200 && processesWith(out).length > 0; i++) await pause(100);
    expect(processesWith(out)).toEqual([]);
  },
  120_000,
);
