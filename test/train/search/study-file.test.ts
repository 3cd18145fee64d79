import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SearchSpace, search } from '../../../lib/train';
import { temporaryFolder } from '../../helpers/folders';

const ROOT = join(__dirname, '..', '..', '..');
const SPACE = { x: { kind: 'uniform', low: 0, high: 1 } } as const satisfies SearchSpace;
const folder = temporaryFolder();
const study = () => join(folder(), 'study.jsonl');

afterEach(() => jest.restoreAllMocks());

async function runIn(file: string, trials: number, space: SearchSpace = SPACE) {
  const ran: number[] = [];
  const objective = (params: Readonly<Record<string, unknown>>, { number }: { number: number }) => {
    ran.push(number);
    return Number(Object.values(params)[0]);
  };
  const result = await search(space, objective, { trials, file, seed: 2 });
  return { ...result, ran };
}

test('a study goes on where it ended, with the trials that it would have had', async () => {
  const whole = await runIn(join(folder(), 'whole.jsonl'), 20);
  await runIn(study(), 12);
  const rest = await runIn(study(), 20);
  expect(rest.ran).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
  const facts = ({ trials }: typeof whole) => trials.map(({ number, params }) => [number, params]);
  expect(facts(rest)).toEqual(facts(whole));
});

test('a last line that was cut is dropped with a warning, and its trial runs again', async () => {
  await runIn(study(), 3);
  truncateSync(study(), readFileSync(study()).length - 5);
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const { ran, trials } = await runIn(study(), 4);
  expect(ran).toEqual([2, 3]);
  expect(trials.every(({ state }) => state === 'completed')).toBe(true);
  expect(JSON.stringify(warn.mock.calls)).toContain('METATORCH_STUDY_RECOVERED');
});

test('a damaged line before the last, a foreign file and another space are refused', async () => {
  await runIn(study(), 3);
  const good = readFileSync(study(), 'utf8');
  const lines = good.split('\n');
  writeFileSync(study(), lines.with(2, 'nonsense').join('\n'));
  await expect(runIn(study(), 4)).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
  const foreign = 'name,age\nAda,36\n';
  writeFileSync(study(), foreign);
  await expect(runIn(study(), 4)).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
  expect(readFileSync(study(), 'utf8')).toBe(foreign);
  writeFileSync(study(), good);
  const other = { x: { kind: 'uniform', low: 0, high: 2 } } as const;
  await expect(runIn(study(), 4, other)).rejects.toThrow('a study with the space');
  expect(readFileSync(study(), 'utf8')).toBe(good);
});

test('a process that is killed loses no finished trial, and none runs twice', async () => {
  const program = `
    const { search } = require(${JSON.stringify(join(ROOT, 'dist', 'train'))});
    search(${JSON.stringify(SPACE)}, async ({ x }, { number }) => {
      await new Promise((done) => setTimeout(done, 20));
      if (number === 4) { process.stdout.write('now'); await new Promise((done) => setTimeout(done, 60000)); }
      return x;
    }, { trials: 8, file: process.argv[1], seed: 2 });`;
  const child = spawn(process.execPath, ['--eval', program, study()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
  const { ran, trials } = await runIn(study(), 8);
  // Trial 4 was running.
  expect(ran).toEqual([4, 5, 6, 7]);
  expect(trials.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7,
  ]);
  expect(trials.every(({ state }) => state === 'completed')).toBe(true);
});
