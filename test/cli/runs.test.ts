import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPredictions } from '../../lib/train';
import { temporaryFolder } from '../helpers/folders';
import { TEXTS_FILE } from '../helpers/learners/configs';

const MAIN = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');
const CONFIG = `data: ${TEXTS_FILE}
splits: { train: 0.5, validation: 0.25, test: 0.25 }
episodes: { ways: 3, shots: 2, queries: 2, tasks: 2 }
encoder: { kind: mean, dimensions: 8 }
learner: prototypical
steps: 10
evaluation: { every: 5, validation: 4, test: 8, shots: 2 }
`;
const EXAMPLES = { card: ['where is my card', 'my chip is gone'], rain: ['the rain', 'wind'] };

const folder = temporaryFolder();
const figure = ({ mean, halfWidth }: { mean: number; halfWidth: number }) =>
  `${(100 * mean).toFixed(1)} ± ${(100 * halfWidth).toFixed(1)}`;
const path = (name: string) => join(folder(), name);

function metatorch(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    input,
    cwd: folder(),
  });
  return { status, stdout, stderr };
}

beforeEach(() => {
  writeFileSync(path('run.yaml'), CONFIG);
  writeFileSync(path('examples.json'), JSON.stringify(EXAMPLES));
});

test('trains from a file, evaluates, compares, adapts and predicts', async () => {
  const trained = metatorch([
    'train',
    'run.yaml',
    '--out',
    'a',
    '--seeds',
    '1,2',
    '--json',
    '--quiet',
  ]);
  expect(trained).toMatchObject({ status: 0, stderr: '' });
  const result = JSON.parse(trained.stdout);
  expect(result.runs.map(({ seed, steps }: Record<string, number>) => [seed, steps])).toEqual([
    [1, 10],
    [2, 10],
  ]);
  expect(result.tests[0].accuracy.count).toBe(2);
  expect(readFileSync(path('a/run.yaml'), 'utf8')).toContain('dropout: 0.1');

  const evaluated = metatorch(['evaluate', 'a', '--json', '--evaluation.test', '12']);
  expect(evaluated.status).toBe(0);
  const { results } = JSON.parse(evaluated.stdout);
  expect(results[0].accuracy.count).toBe(12);
  const { queries } = await loadPredictions(path('a/predictions-2-shot.jsonl'));
  expect(queries).toHaveLength(12 * 3 * 2);
  const right = queries.filter(({ label, predicted }) => label === predicted).length;
  expect(right / queries.length).toBeCloseTo(results[0].accuracy.mean, 10);

  const written = readFileSync(path('a/predictions-2-shot.jsonl'));
  copyFileSync(TEXTS_FILE, path('texts.csv'));
  const other = metatorch(['evaluate', 'a', '--data', 'texts.csv', '--evaluation.test', '2']);
  expect(other.stderr).toContain('--predictions <folder> says where');
  expect(readFileSync(path('a/predictions-2-shot.jsonl'))).toEqual(written);
  const told = metatorch(['evaluate', 'a', '--data', 'texts.csv', '--predictions', 'other']);
  expect(told).toMatchObject({ status: 0, stderr: 'Wrote other/predictions-2-shot.jsonl\n' });

  expect(metatorch(['train', 'run.yaml', '--learner', 'r2d2', '--out=b', '--quiet']).status).toBe(
    0,
  );
  const compared = metatorch(['compare', 'a', 'b', '--json']);
  expect(compared.status).toBe(0);
  const { models, differences } = JSON.parse(compared.stdout);
  const [a, b] = models.map((one: typeof result) => one.results[0].accuracy.mean);
  expect(differences[0].difference.mean).toBeCloseTo(b - a, 10);
  const shown = metatorch(['compare', 'a', 'b']).stdout.split('\n');
  expect(shown.filter((line) => /^ {2}[ab] {3}/.test(line))).toEqual([
    `  a   ${figure(models[0].results[0].accuracy)}`,
    `  b   ${figure(models[1].results[0].accuracy)}`,
    expect.stringContaining(figure(differences[0].difference)),
  ]);

  expect(metatorch(['adapt', 'a', 'examples.json', '--out', 'c']).status).toBe(0);
  expect(metatorch(['adapt', 'a', 'examples.json', '--out', 'c'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('a model is there already'),
  });
  expect(metatorch(['adapt', 'a', 'examples.json', '--out', 'c', '--overwrite']).status).toBe(0);
  const predicted = metatorch(['predict', 'c', '--json'], 'my card is gone\n\nrain\n');
  expect(predicted.status).toBe(0);
  const answers = predicted.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(answers.map(({ text }) => text)).toEqual(['my card is gone', 'rain']);
  expect(Object.keys(answers[0].probabilities)).toEqual(['card', 'rain']);
  const listed = metatorch(['models', 'list', '.']).stdout.split('\n');
  expect(listed[0]).toMatch(/^model {3}learner, encoder +2-shot$/);
  expect(listed[1]).toMatch(/^a {7}prototypical, mean {3,4}\d+\.\d ± \d+\.\d$/);
  expect(listed.slice(3, 5)).toEqual([listed[1]?.replace('a ', 'c '), '  labels: card, rain']);
  expect(metatorch(['models', 'list', 'a'])).toMatchObject({
    stdout: expect.stringMatching(/^a {7}/m),
  });
  expect(metatorch(['models', 'list', 'none'])).toMatchObject({ status: 1, stdout: '' });
  mkdirSync(path('damaged'));
  writeFileSync(path('damaged/config.json'), '{');
  const beside = metatorch(['models', 'list', '.']);
  expect(beside.stdout.split('\n')).toEqual(listed);
  expect(beside).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('damaged/config.json'),
  });
  expect(metatorch(['audit', 'a'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('it is a model of metatorch train'),
  });
  for (const [flags, message] of [
    [['--out', '.'], 'its run.yaml is the config that was given'],
    [['--out', 'd', '--features', 'kept'], 'Expected no features for an encoder of kind mean'],
  ] as const) {
    expect(metatorch(['train', 'run.yaml', ...flags])).toMatchObject({
      status: expect.any(Number),
      stderr: expect.stringContaining(message),
    });
  }
  expect(metatorch(['train', 'run.yaml', '--out', 'a'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('a model is there already'),
  });
  // Predictions go with the model that made them, and stay where it stays.
  const adapted = (model: string) =>
    metatorch(['adapt', model, 'examples.json', '--out', 'c', '--overwrite']);
  writeFileSync(path('c/predictions-5-shot.jsonl'), '');
  for (const [model, stays] of [
    ['a', true],
    ['b', false],
  ] as const) {
    expect(adapted(model).status).toBe(0);
    expect(existsSync(path('c/predictions-5-shot.jsonl'))).toBe(stays);
  }
}, 120_000);

test.each([
  [
    ['train', 'run.yaml', '--learner', 'promototypical'],
    '--learner: ',
    'did you mean prototypical?',
  ],
  [['train', 'run.yaml', '--episodes.wayz', '3'], '--episodes.wayz: ', 'did you mean ways?'],
  [['train', 'bad.yaml'], 'bad.yaml, line 2, column 1: ', 'did you mean steps?'],
  [['train', '--learner', 'maml'], 'Expected data to train on', '--data'],
  [['compare', 'a'], 'Expected two models or more', '1'],
  [['completion', 'elvish'], 'error: ', 'bash, zsh, fish'],
])('%j is wrong usage', (args, start, hint) => {
  writeFileSync(path('bad.yaml'), 'learner: maml\nstepz: 3\n');
  const { status, stderr } = metatorch(args);
  expect(stderr.startsWith(start)).toBe(true);
  expect(stderr).toContain(hint);
  expect(stderr).not.toContain('    at ');
  expect(status).toBe(2);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s ends with %i and keeps the model and a checkpoint',
  async (signal, code) => {
    const args = [
      'train',
      'run.yaml',
      '--steps',
      '100000',
      '--out',
      'cut',
      '--checkpoints.every',
      '1',
    ];
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder() });
    const checkpoints = path('cut/checkpoints');
    const timer = setInterval(() => {
      // Once: a second signal would end it before it has saved.
      if (existsSync(checkpoints) && !child.killed) child.kill(signal);
    }, 100);
    const [status] = await once(child, 'close');
    clearInterval(timer);
    expect(status).toBe(code);
    expect(existsSync(path('cut/config.json'))).toBe(true);
  },
  60_000,
);

test('a second run is kept out of the folder of one that is under way', async () => {
  const args = ['train', 'run.yaml', '--steps', '100000', '--out', 'one', '--quiet'];
  const first = spawn(process.execPath, [MAIN, ...args], { cwd: folder() });
  const done = once(first, 'close');
  try {
    while (!existsSync(path('one/run.yaml'))) await new Promise((next) => setTimeout(next, 50));
    const config = readFileSync(path('one/run.yaml'), 'utf8');
    const refusal = { status: 1, stderr: expect.stringContaining(`process ${first.pid} on`) };
    expect(metatorch([...args, '--learner', 'r2d2', '--overwrite'])).toMatchObject(refusal);
    expect(readFileSync(path('one/run.yaml'), 'utf8')).toBe(config);
  } finally {
    first.kill('SIGINT');
    await done;
  }
  expect(existsSync(path('one/config.json'))).toBe(true);
  expect(existsSync(path('one/run.lock'))).toBe(false);
}, 60_000);
