import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSearch } from '../../lib/cli/search/run';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
const code = process.exitCode;
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = code;
});

function study(learner = 'prototypical', key = 'optimizer.learningRate'): string {
  const path = join(folder(), 'study.yaml');
  writeFileSync(
    path,
    `data: test/fixtures/configs/texts.csv
splits: { train: 0.5, validation: 0.25, test: 0.25 }
episodes: { ways: 3, shots: 2, queries: 2, tasks: 2 }
encoder: { kind: mean, dimensions: 8 }
learner: ${learner}
steps: 2
evaluation: { every: 1, validation: 4, shots: 2 }
search:
  trials: 3
  sampler: random
  study: ${JSON.stringify(join(folder(), 'study.jsonl'))}
  space:
    ${key}: { kind: log-uniform, low: 0.001, high: 0.1 }
`,
  );
  return path;
}

function output(): { out: string } {
  const printed = { out: '' };
  jest.spyOn(console, 'log').mockImplementation((line: string) => {
    printed.out += `${line}\n`;
  });
  return printed;
}

test('a study prints its trials from best to worst, and goes on from its file', async () => {
  const path = study();
  const printed = output();
  await runSearch(path, { quiet: true });
  const lines = printed.out.trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^ +\d {2}\d+\.\d % +optimizer\.learningRate=0\.\d+$/);
  expect(lines.every((line) => line.length <= 80)).toBe(true);
  printed.out = '';
  await runSearch(path, { quiet: true, json: true });
  const { best, trials } = JSON.parse(printed.out);
  expect(trials).toHaveLength(3);
  expect(trials[0]).toMatchObject({ number: best, state: 'completed' });
  study('nearest-class-mean');
  await expect(runSearch(path, { quiet: true })).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
});

test('a study of which every trial fails has failed', async () => {
  const path = study();
  const config = readFileSync(path, 'utf8');
  writeFileSync(path, config.replace('train: 0.5, validation: 0.25', 'train: 0.75, validation: 0'));
  const printed = output();
  const told: string[] = [];
  jest.spyOn(console, 'error').mockImplementation((line: string) => void told.push(line));
  await runSearch(path, {});
  expect(printed.out.match(/failed/g)).toHaveLength(3);
  expect(told).toHaveLength(3);
  expect(told[0]).toContain('leave classes to it in splits');
  expect(process.exitCode).toBe(1);
});

test('Ctrl-C keeps the study, and ends with 130', async () => {
  const path = study();
  const printed = output();
  jest.spyOn(console, 'error').mockImplementation(() => {
    process.emit('SIGINT');
  });
  await runSearch(path, {});
  expect(process.exitCode).toBe(130);
  expect(printed.out).toContain('Stopped. The same command goes on from');
  expect(existsSync(join(folder(), 'study.jsonl'))).toBe(true);
});

test('a key that configs do not have is refused where it is written', async () => {
  await expect(runSearch(study('prototypical', 'optimizer.learningRat'), {})).rejects.toThrow(
    'study.yaml, line 13',
  );
});

test.each([
  ['evaluation.validation', 'does not change what trials are measured on'],
  ['splits.seed', 'does not change what trials are measured on'],
  ['preset', 'does not change what trials are measured on'],
  ['checkpoints.every', 'an accuracy depends on'],
  ['episodes.ways', 'evaluation.ways beside it'],
])('%s is not searched', async (key, reason) => {
  const path = study('prototypical', key);
  await expect(runSearch(path, {})).rejects.toMatchObject({
    code: 'ERR_TORCH_ARGUMENT',
    message: expect.stringMatching(new RegExp(`study\\.yaml, line 13, column 5: .*${reason}`)),
  });
});
