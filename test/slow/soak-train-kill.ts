// Kills a process that trains in several workers, with a checkpoint at every step, at random moments with SIGKILL.
// Afterwards each worker's latest checkpoint must be whole and no older than what the process said was written, and
// nothing more may be left than the checkpoints to keep. Runs that were cut and resumed must end with the bits of one
// that was not: parameters, optimizer, schedule, generators and history, with dropout and augmentation.
//
//     npm run soak:train -- [--kills 200] [--cuts 20] [--workers 2] [--seed 1] [--json]
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { disposeTree } from '../../dist/torch';
import { latestCheckpoint } from '../../dist/train';
import { numbers } from '../helpers/numbers';

const CHILD = join(__dirname, 'support', 'train-child.js');
const KEPT = 3;
const ENDLESS = 100_000;
const CUT_STEPS = 40;
const LIFE_MS = 400;

type Life = { child: ChildProcess; written: Map<string, number>; ended: Promise<string | null> };

/** A process that trains; `written` has the last step of each worker that it said was on the disk. */
function startChild(folder: string, steps: number, workers: number, onLine: () => void): Life {
  const child = spawn(process.execPath, [CHILD, folder, `${steps}`, `${workers}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const written = new Map<string, number>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [worker = '', step] = line.split(' ');
    if (step !== 'done') written.set(worker, Number(step));
    onLine();
  });
  const ended = new Promise<string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(signal);
      else reject(new Error(`Expected the process to train but it ended with status ${code}`));
    });
  });
  return { child, written, ended };
}

/** Trains until so many milliseconds after all workers have begun, and gives what was written by then. */
async function trainUntilKilled(folder: string, steps: number, workers: number, life: number) {
  let begun = () => {};
  const allBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const { child, written, ended } = startChild(folder, steps, workers, () => {
    if (written.size === workers) begun();
  });
  await Promise.race([allBegun, ended]);
  await Promise.race([pause(life), ended]);
  child.kill('SIGKILL');
  await ended;
  return written;
}

/** What is wrong with the checkpoints of a worker, if anything. */
function faultOf(folder: string, written: number): string | undefined {
  try {
    const { step, params, best } = latestCheckpoint(folder);
    disposeTree([params, best?.params]);
    if (step < written) return `step ${written} was written, but the latest is ${step}`;
  } catch (error) {
    return String(error);
  }
  const names = readdirSync(folder);
  const checkpoints = names.filter((name) => /^step-\d+\.safetensors$/.test(name));
  const others = names.filter((name) => !checkpoints.includes(name) && name !== 'lock');
  // That of the best evaluation stays as well, and one may be half written, or written and none removed yet.
  if (checkpoints.length <= KEPT + 2 && others.length <= 1) return undefined;
  return `too much is left: ${names.join(', ')}`;
}

/** The sha256 of each worker's last checkpoint. */
function hashes(folder: string, workers: number): string {
  return Array.from({ length: workers }, (_, worker) => {
    const name = `step-${String(CUT_STEPS).padStart(9, '0')}.safetensors`;
    const bytes = readFileSync(join(folder, `${worker}`, name));
    return createHash('sha256').update(bytes).digest('hex');
  }).join(' ');
}

async function main(): Promise<void> {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      kills: string,
      cuts: string,
      workers: string,
      seed: string,
      json: { type: 'boolean' },
    },
  });
  const [kills, cuts] = [Number(values.kills ?? 200), Number(values.cuts ?? 20)];
  const workers = Number(values.workers ?? 2);
  const next = numbers(Number(values.seed ?? 1));
  const root = mkdtempSync(join(tmpdir(), 'metatorch-soak-'));
  const faults: string[] = [];
  let steps = 0;
  let apart = 0;
  try {
    const folder = join(root, 'killed');
    for (let i = 0; i < kills; i++) {
      const written = await trainUntilKilled(folder, ENDLESS, workers, next(LIFE_MS));
      for (const [worker, step] of written) {
        steps = Math.max(steps, step);
        const fault = faultOf(join(folder, worker), step);
        if (fault !== undefined) faults.push(`kill ${i}, worker ${worker}: ${fault}`);
      }
    }
    const whole = join(root, 'whole');
    let first = 0;
    await startChild(whole, CUT_STEPS, workers, () => {
      first ||= performance.now();
    }).ended;
    const length = Math.ceil(performance.now() - first);
    const expected = hashes(whole, workers);
    for (let i = 0; i < cuts; i++) {
      const own = join(root, `cut-${i}`);
      await trainUntilKilled(own, CUT_STEPS, workers, next(length));
      await startChild(own, CUT_STEPS, workers, () => {}).ended;
      if (hashes(own, workers) !== expected) apart++;
      rmSync(own, { recursive: true });
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  for (const fault of faults) console.log(fault);
  console.log(
    `${kills} kills over ${steps} steps in ${workers} workers, ${faults.length} faults; ${cuts} runs cut and resumed, ${apart} with other bits`,
  );
  const rows = [
    { case: 'kill', kills, steps, faults: faults.length },
    { case: 'resume', cuts, apart },
  ];
  if (values.json) console.log(JSON.stringify({ benchmark: 'soak-train-kill', rows }));
  if (faults.length > 0 || apart > 0 || steps === 0) process.exitCode = 1;
}

void main();
