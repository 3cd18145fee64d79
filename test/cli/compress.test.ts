import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../helpers/folders';
import { TEXTS_FILE } from '../helpers/learners/configs';

const MAIN = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');
const FIXTURES = join(__dirname, '..', 'fixtures');
const CONFIG = `data: ${TEXTS_FILE}
splits: { train: 0.5, validation: 0.25, test: 0.25 }
episodes: { ways: 3, shots: 2, queries: 2, tasks: 2 }
encoder: { kind: frozen, encoder: ${join(FIXTURES, 'encoders', 'bert')} }
learner: prototypical
steps: 2
evaluation: { every: 5, validation: 4, test: 8, shots: 2 }
`;

const folder = temporaryFolder();

function metatorch(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    cwd: folder(),
  });
  return { status, stdout, stderr };
}

test('compresses a model, and compares it with what it was', () => {
  writeFileSync(join(folder(), 'run.yaml'), CONFIG);
  expect(metatorch('train', 'run.yaml', '--out', 'a', '--quiet').status).toBe(0);
  const both = metatorch('compress', 'a', '--int8', '--prune', '0.5', '--out', 'b', '--json');
  expect(both).toMatchObject({ status: 0, stderr: '' });
  const { compression, tests, bytes, encoding } = JSON.parse(both.stdout);
  expect(compression).toMatchObject({ int8: true, prune: { share: 0.5, method: 'least-squares' } });
  expect(tests).toHaveLength(1);
  const [{ before, after, difference }] = tests;
  expect(difference.mean).toBeCloseTo(after.mean - before.mean, 10);
  expect(difference.count).toBe(8);
  expect(bytes.after).toBeLessThan(bytes.before);
  expect(encoding.before).toBeGreaterThan(0);

  const table = metatorch('compress', 'a', '--prune=0.3', '--method', 'layer', '--out', 'c');
  expect(table.status).toBe(0);
  expect(table.stdout).toMatch(/2-shot accuracy, %.*±.*±.*±/);
  expect(table.stdout).toMatch(/size on disk, MB/);
  expect(table.stdout).toMatch(/times as fast/);
  for (const line of table.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(metatorch('models', 'list', '.').stdout).toMatch(
    /^b {7}prototypical, frozen, 50 % pruned, int8/m,
  );
  const listed: { folder: string; tests: { accuracy: unknown }[] }[] = JSON.parse(
    metatorch('models', 'list', '.', '--json').stdout,
  );
  const own = listed.find((one) => one.folder === 'b')?.tests;
  expect(own?.map(({ accuracy }) => accuracy)).toEqual([after]);
  // It is tested as any other model, and not compressed again.
  expect(metatorch('evaluate', 'b', '--no-predictions').status).toBe(0);
  const again = metatorch('compress', 'b', '--int8', '--out', 'd', '--no-test');
  expect(again.stderr).toContain('received one in int8 already');
  expect(again.status).toBe(2);
  const there = metatorch('compress', 'a', '--int8', '--out', 'b');
  expect(there.stderr).toContain('a model is there already');
  expect(there.status).toBe(1);
}, 120_000);

test.each([
  [['compress', 'a', '--out', 'b'], 'Expected --int8, --prune <share> or both'],
  [['compress', '--int8', '--out', 'b'], 'Expected a model but received none'],
  [['compress', 'a', '--int8', '--out', 'a'], 'Expected another folder for --out'],
  [['compress', 'a', '--prune', '2', '--out', 'b'], 'Expected a number in (0, 1)'],
  [['compress', 'a', '--int8', '--method', 'wanda', '--out', 'b'], '--method is for --prune'],
  [['compress', 'a', '--int8'], '--out'],
])('%j is wrong usage', (args, message) => {
  const { status, stderr } = metatorch(...args);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
  expect(status).toBe(2);
});
