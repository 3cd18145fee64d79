// Makes and frees millions of tensors in several ways and watches resident memory. Each case has a
// process of its own, so that none grows into what another one has left.
//
//     npm run soak:memory -- [--count tensors] [--only case] [--json]
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { printTable } from '../../bench/support/report';
import { nextTurn } from '../../lib/next-turn';
import { torch } from '../../lib/torch';
import { collectUntil } from '../helpers/garbage';
import { MEMORY_CASES, type MemoryCase } from './support/memory-cases';

const BOUND_MIB = 32;
const WARM_UP = 0.1;
// V8 lets its heap grow by tens of megabytes between two collections unless it is held to less, and
// its young generation as soon as a core is idle. So a leak of JavaScript's objects is not drowned
// either: it ends the process.
const HEAP_MIB = 48;
const SEMI_SPACE_MIB = 2;
const SAMPLES = 2000;

type Outcome = {
  tensors: number;
  seconds: number;
  warmMiB: number;
  peakMiB: number;
  liveTensors: number;
  liveBytes: number;
};

const resident = (): number => process.memoryUsage.rss() / 2 ** 20;

/** Steps until `until` tensors are made, and gives the highest resident memory of the samples. */
async function run(work: MemoryCase, made: number, until: number, every: number) {
  let peak = resident();
  for (let next = made; made < until; ) {
    made += work.step();
    if (work.turns) await nextTurn();
    if (made < next) continue;
    peak = Math.max(peak, resident());
    next += every;
  }
  return { made, peak: Math.max(peak, resident()) };
}

async function measure(work: MemoryCase, count: number): Promise<Outcome> {
  const every = Math.max(1, count / SAMPLES);
  const start = performance.now();
  const warm = await run(work, 0, count * WARM_UP, every);
  const warmMiB = resident();
  const { made, peak } = await run(work, warm.made, count, every);
  const seconds = (performance.now() - start) / 1000;
  work.close();
  // What the collector has not come to yet, it comes to when asked.
  if (work.turns) await collectUntil(() => torch.memory().tensors === 0);
  const { tensors: liveTensors, bytes: liveBytes } = torch.memory();
  return { tensors: made, seconds, warmMiB, peakMiB: peak, liveTensors, liveBytes };
}

function inOwnProcess(name: string, count: string | undefined): Outcome {
  const runner = path.join(__dirname, '../../scripts/run-bench.js');
  const heap = [`--max-old-space-size=${HEAP_MIB}`, `--max-semi-space-size=${SEMI_SPACE_MIB}`];
  const args = [...heap, runner, '../test/slow/soak-memory', '--case', name];
  if (count !== undefined) args.push('--count', count);
  const { status, signal, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`The process of ${name} ended with ${signal ?? status}`);
  return JSON.parse(stdout) as Outcome;
}

function tell(name: string, outcome: Outcome): void {
  const { tensors, seconds, warmMiB, peakMiB, liveTensors, liveBytes } = outcome;
  console.log(
    `${name}: ${tensors.toLocaleString('en')} tensors in ${seconds.toFixed(0)} s, ` +
      `resident ${warmMiB.toFixed(1)} MiB after warm-up, at most ${peakMiB.toFixed(1)} MiB; ` +
      `left: ${liveTensors} tensors, ${liveBytes} bytes`,
  );
}

function runAll(names: readonly string[], count: string | undefined): void {
  const rows = names.map((name) => {
    const outcome = inOwnProcess(name, count);
    tell(name, outcome);
    const growth = outcome.peakMiB - outcome.warmMiB;
    return { case: name, ours: growth, peer: 'bound', theirs: BOUND_MIB, ...outcome };
  });
  console.log('\nGrowth of resident memory after warm-up:');
  printTable('soak-memory', rows, 'MiB');
  const broken = rows.filter(
    ({ ours, liveTensors, liveBytes }) => ours >= BOUND_MIB || liveTensors > 0 || liveBytes > 0,
  );
  for (const row of broken) console.error(`${row.case}: a bound is broken`);
  if (broken.length > 0) process.exitCode = 1;
}

async function main(): Promise<void> {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { count: string, only: string, case: string, json: { type: 'boolean' } },
  });
  if (values.case === undefined) {
    runAll(values.only === undefined ? Object.keys(MEMORY_CASES) : [values.only], values.count);
    return;
  }
  const work = MEMORY_CASES[values.case]?.();
  if (work === undefined) throw new Error(`There is no case ${values.case}`);
  const outcome = await measure(work, Number(values.count ?? work.count));
  console.log(JSON.stringify(outcome));
}

void main();
