import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TextClassifier } from '../../lib/text';
import { disposeTree } from '../../lib/torch';
import { loadTextModel } from '../../lib/train';
import { temporaryFolder } from '../helpers/folders';

const folder = temporaryFolder();
const MAIN = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');

function demo(...args: string[]) {
  return spawnSync(process.execPath, [MAIN, 'demo', ...args], { encoding: 'utf8' });
}

test('trains, prints the table, saves a model that loads, and classifies new texts', () => {
  const { status, stdout, stderr } = demo('--steps', '6', '--episodes', '20', '--out', folder());
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const figure = '\\d+\\.\\d ± \\d+\\.\\d';
  for (const row of [
    'nearest class mean, untrained',
    'Prototypical Network',
    'MAML, second order',
  ]) {
    expect(stdout).toMatch(new RegExp(`^  ${row} +${figure} +${figure}$`, 'm'));
  }
  expect(stdout).toMatch(/^Prototypical {2}6\/6 {2}loss \d/m);
  expect(stdout).toMatch(/^MAML {2}3\/3 {2}validation \d/m);
  expect(stdout.match(/^ {2}(weather|food|health|money|sport) +\d+ % {3}\S/gm)).toHaveLength(5);

  const lines = stdout.split('\n').filter((line) => !line.includes(folder()));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);

  const saved = join(folder(), 'wordnet-prototypical');
  expect(stdout).toContain(`Saved the Prototypical Network to ${saved}\n`);
  const model = loadTextModel(saved);
  const classifier = new TextClassifier(model, [
    { text: 'rain', label: 'weather' },
    { text: 'bread', label: 'food' },
  ]);
  expect(classifier.predict(['rain'])[0]?.label).toBe('weather');
  classifier.dispose();
  disposeTree(model.params);
});

test.each([
  ['--steps', '0', 'Expected an integer of at least 1.'],
  ['--steps', 'ten', 'Expected an integer of at least 1.'],
  ['--steps', '1.5', 'Expected an integer of at least 1.'],
  ['--episodes', '1', 'Expected an integer of at least 2.'],
  ['--seed', '-1', 'Expected an integer of at least 0.'],
  ['--seed', '9007199254740992', 'Expected an integer of at least 0.'],
])('%s %s is refused', (option, value, message) => {
  const { status, stdout, stderr } = demo(`${option}=${value}`, '--out', folder());
  expect(stderr).toContain(`argument '${value}' is invalid. ${message}`);
  expect(stdout).toBe('');
  expect(status).toBe(2);
  expect(readdirSync(folder())).toEqual([]);
});

test('an unknown option is refused', () => {
  expect(demo('--step', '3')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining("unknown option '--step'"),
  });
});

test('a folder that cannot be made is told before training, without a stack', () => {
  const file = join(folder(), 'file');
  writeFileSync(file, '');
  const { status, stdout, stderr } = demo('--out', file);
  expect(stderr).toMatch(
    /^Cannot make the folder .*file\/wordnet-prototypical: a file where a folder should be.*\n$/,
  );
  expect(stdout).toBe('');
  expect(status).toBe(1);
});

// The line of a validation, and not the classes for it, which come first.
const VALIDATED = /\/40 +validation/;

test('Ctrl-C keeps the best model so far, and ends with 130', async () => {
  const child = spawn(process.execPath, [MAIN, 'demo', '--steps', '40', '--out', folder()]);
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const before = VALIDATED.test(stdout);
    stdout += chunk;
    if (!before && VALIDATED.test(stdout)) child.kill('SIGINT');
  });
  const [status] = await once(child, 'close');
  expect(status).toBe(130);
  const saved = join(folder(), 'wordnet-prototypical');
  expect(stdout).toContain(`Stopped. Saved the best Prototypical Network so far to ${saved}\n`);
  expect(stdout).not.toContain('MAML');
  disposeTree(loadTextModel(saved).params);
});

test('a failure leaves no empty folder, and none that was there is removed', () => {
  const out = join(folder(), 'models');
  mkdirSync(out);
  const { status } = spawnSync(process.execPath, [MAIN, 'demo', '--out', out], {
    env: { ...process.env, LIBTORCH: folder() },
  });
  expect(status).toBe(1);
  expect(readdirSync(folder())).toEqual(['models']);
  expect(readdirSync(out)).toEqual([]);
});

test('a model that is missing is asked for by the command that makes it', () => {
  expect(() => loadTextModel(join(folder(), 'none'))).toThrow(
    /expected a saved text model but there is no .*config\.json\. .*`npx metatorch demo` makes models\/wordnet-prototypical$/,
  );
});
