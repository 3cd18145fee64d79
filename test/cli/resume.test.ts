import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { disposeTree } from '../../lib/torch';
import { latestCheckpoint } from '../../lib/train';
import { temporaryFolder } from '../helpers/folders';
import { TEXTS_FILE } from '../helpers/learners/configs';

const MAIN = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');
const KILL_AT = join(__dirname, '..', 'helpers', 'processes', 'kill-at.js');
const STEPS = 8;

const folder = temporaryFolder();

/** The config of a run with everything that draws random numbers. */
const config = (learner: string) => `data: ${TEXTS_FILE}
splits: { train: 0.5, validation: 0.25, test: 0.25 }
episodes: { ways: 3, shots: 2, queries: 2, tasks: 4 }
encoder: { kind: mean, dimensions: 8, dropout: 0.5 }
learner: ${learner}
steps: ${STEPS}
augmentation: { by: [word-dropout, word-swap], copies: 1 }
accumulate: 2
clipNorm: 1
evaluation: { every: 3, validation: 4, test: 4, shots: 2 }
checkpoints: { every: 1 }
`;

function train(args: readonly string[], killAt?: string) {
  const node = killAt === undefined ? [] : ['--require', KILL_AT];
  const command = [...node, MAIN, 'train', 'run.yaml', '--quiet', ...args];
  const { status, signal, stderr } = spawnSync(process.execPath, command, {
    cwd: folder(),
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1', ...(killAt && { KILL_AT: killAt }) },
  });
  return { status, signal, stderr };
}

const hash = (path: string) =>
  createHash('sha256')
    .update(readFileSync(join(folder(), path)))
    .digest('hex');
const nameOf = (step: number) => `step-${String(step).padStart(9, '0')}.safetensors`;

/** The last step of the only run of a folder. */
function lastStep(out: string): number {
  const { step, params, best } = latestCheckpoint(join(folder(), out, 'checkpoints'));
  disposeTree([params, best?.params]);
  return step;
}

test.each([
  ['prototypical', 2, []],
  ['{ kind: maml, innerSteps: 2, hidden: [6] }', 7, []],
  ['r2d2', 5, ['--processes', '2', '--rank-timeout', '60']],
] as const)(
  '%s, killed after step %i and resumed, ends with the model of a run that was not',
  (learner, step, processes) => {
    writeFileSync(join(folder(), 'run.yaml'), config(learner));
    expect(train(['--out', 'whole', ...processes])).toEqual({
      status: 0,
      signal: null,
      stderr: '',
    });
    const cut = train(['--out', 'cut', ...processes], nameOf(step));
    // Of several processes the first is killed, and the command fails with the others.
    if (processes.length === 0) expect(cut.signal).toBe('SIGKILL');
    else expect(cut.status).toBe(1);
    expect(lastStep('cut')).toBe(step);
    expect(readdirSync(join(folder(), 'cut'))).not.toContain('model.safetensors');
    const resumed = train(['--out', 'cut', '--resume', ...processes]);
    expect(resumed).toEqual({ status: 0, signal: null, stderr: '' });
    // A checkpoint has the state of libtorch's own generator as well, from which nothing is drawn: its seed is chance.
    expect(hash(join('cut', 'model.safetensors'))).toBe(hash(join('whole', 'model.safetensors')));
    expect(lastStep('cut')).toBe(STEPS);
  },
  600_000,
);

test('checkpoints of another config are refused, and the model keeps the config that it was made by', () => {
  writeFileSync(join(folder(), 'run.yaml'), config('prototypical'));
  expect(train(['--out', 'kept']).status).toBe(0);
  const kept = hash(join('kept', 'run.yaml'));
  const refused = train(['--out', 'kept', '--resume', '--steps', '9']);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('a run of the same options and data');
  expect(hash(join('kept', 'run.yaml'))).toBe(kept);
  // How often it is tested is no part of the run.
  expect(train(['--out', 'kept', '--resume', '--evaluation.test', '6']).status).toBe(0);
  expect(hash(join('kept', 'run.yaml'))).not.toBe(kept);
}, 120_000);
