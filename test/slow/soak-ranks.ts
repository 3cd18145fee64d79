// Three ranks train together; one of them is killed, stopped or cut off at a random moment. Each of the others has to end
// with an error that names it, in time; then all are started again, and have to end with the bits of a run that was never
// cut. A link is cut in network namespaces, which root alone can make; elsewhere ranks are killed and stopped only.
//
//     npm run soak:ranks -- [--count 50] [--seed 1] [--timeout 6000] [--json]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Namespaces, whatNamespacesLack } from '../../bench/support/namespaces';
import { numbers } from '../helpers/numbers';
import { type Job, type RankEnd, startJob } from './support/rank-job';

const RANKS = 3;
const STEPS = 40;
/** Of a rank that starts, milliseconds until it has joined. */
const START_MS = 1000;
/** One moment in so many lies in the start. */
const STARTS = 5;

const string = { type: 'string' } as const;
const { values } = parseArgs({
  options: { count: string, seed: string, timeout: string, json: { type: 'boolean' } },
});
const timeout = Number(values.timeout ?? 6000);
/**
 * How much later than the timeout a process may have ended: it takes a while to say so and leave. Ranks that have not
 * joined yet wait twice, for each other and then for their connections.
 */
const slack = timeout / 3;
/** After so long, a rank hangs. */
const patience = 10 * timeout;

const FAULTS = ['SIGKILL', 'SIGSTOP', 'cut'] as const;
type Fault = (typeof FAULTS)[number];
type Moment = {
  readonly fault: Fault;
  readonly victim: number;
  readonly inStart: boolean;
  readonly at: number;
};
type Count = { moments: number; named: number; slowest: number; faults: string[] };

let namespaces: Namespaces | undefined;

function strike({ fault, victim }: Moment, job: Job): void {
  if (fault === 'cut') namespaces?.cut(victim);
  else job.ranks[victim]?.child.kill(fault);
}

/** What each rank says in the end; undefined for one that hangs. */
function endsOf(job: Job): Promise<(RankEnd | undefined)[]> {
  return Promise.all(
    job.ranks.map(({ ended }) => Promise.race([ended, pause(patience, undefined, { ref: false })])),
  );
}

async function untilMoment({ inStart, at }: Moment, job: Job): Promise<void> {
  if (inStart) return pause(at);
  await job.hasMade(at);
}

/** Strikes one rank, and says what is wrong with how the others end. */
async function struck(
  moment: Moment,
  folder: string,
  count: Count,
  hash: string,
): Promise<string[]> {
  const { fault, victim } = moment;
  const job = await startJob({ size: RANKS, folder, steps: STEPS, timeout, namespaces });
  await untilMoment(moment, job);
  const joined = job.hasJoined();
  const all = endsOf(job);
  const struckAt = Date.now();
  strike(moment, job);
  const others = Promise.all(
    job.ranks.filter((_, rank) => rank !== victim).map(({ ended }) => ended),
  );
  await Promise.race([others, pause(patience, undefined, { ref: false })]);
  // Who is cut off ends by itself; who is stopped would stay for ever.
  if (fault === 'SIGSTOP') job.ranks[victim]?.child.kill('SIGKILL');
  const ends = await all;
  for (const { child } of job.ranks) child.kill('SIGKILL');
  if (fault === 'cut') namespaces?.restore(victim);
  return ends.flatMap((end, rank) => {
    if (rank === victim && fault !== 'cut') return [];
    if (end === undefined) return [`rank ${rank} hangs`];
    if (end.hash !== undefined) return end.hash === hash ? [] : [`rank ${rank} has other bits`];
    if (end.code !== 'ERR_TORCH_DISTRIBUTED') {
      return [`rank ${rank} has ended by ${end.code}: ${end.message}`];
    }
    const after = (end.at ?? 0) - Math.max(struckAt, job.ranks[rank]?.began ?? 0);
    count.slowest = Math.max(count.slowest, after);
    if (after > (joined ? 1 : 2) * timeout + slack)
      return [`rank ${rank} has ended after ${after} ms`];
    if (end.ranks?.includes(victim)) count.named++;
    // A rank that is cut off sees all others gone.
    else if (joined && rank !== victim) return [`rank ${rank} blames ${end.ranks}: ${end.message}`];
    return [];
  });
}

/** Starts all ranks again, and says what is wrong with how they end. */
async function resumed(folder: string, hash: string): Promise<string[]> {
  const options = { size: RANKS, folder, steps: STEPS, timeout: patience, namespaces };
  const job = await startJob(options);
  const ends = await endsOf(job);
  for (const { child } of job.ranks) child.kill('SIGKILL');
  return ends.flatMap((one, rank) =>
    one?.hash === hash ? [] : [`started again, rank ${rank} has ended with ${JSON.stringify(one)}`],
  );
}

async function main(): Promise<void> {
  const seed = Number(values.seed ?? 1);
  const next = numbers(seed);
  const lacking = whatNamespacesLack();
  if (lacking === undefined) namespaces = await Namespaces.open(RANKS);
  else console.log(`No link is cut: ${lacking}`);
  const faults = namespaces === undefined ? FAULTS.slice(0, 2) : FAULTS;
  const counts = new Map(
    faults.map((fault) => [fault, { moments: 0, named: 0, slowest: 0, faults: [] } as Count]),
  );
  const root = mkdtempSync(join(tmpdir(), 'metatorch-soak-'));
  try {
    const options = { size: RANKS, steps: STEPS, timeout: patience, namespaces };
    const whole = await endsOf(await startJob({ ...options, folder: join(root, 'whole') }));
    const hash = whole[0]?.hash;
    if (hash === undefined) throw new Error(`Expected a run but received ${JSON.stringify(whole)}`);
    for (let i = 0; i < Number(values.count ?? 50); i++) {
      const fault = faults[next(faults.length)] ?? 'SIGKILL';
      const inStart = next(STARTS) === 0;
      const at = inStart ? next(START_MS) : 1 + next(STEPS - 1);
      const moment = { fault, victim: next(RANKS), inStart, at };
      const count = counts.get(fault);
      if (count === undefined) continue;
      count.moments++;
      const folder = join(root, `${i}`);
      const found = [
        ...(await struck(moment, folder, count, hash)),
        ...(await resumed(folder, hash)),
      ];
      rmSync(folder, { recursive: true, force: true });
      for (const text of found) {
        console.log(`moment ${i}, ${JSON.stringify(moment)}: ${text}`);
        count.faults.push(text);
      }
    }
  } finally {
    namespaces?.close();
    rmSync(root, { recursive: true, force: true });
  }
  report(counts, seed);
}

function report(counts: ReadonlyMap<Fault, Count>, seed: number): void {
  const rows = [...counts].map(([fault, { moments, named, slowest, faults }]) => {
    return { case: fault, moments, named, slowest, faults: faults.length };
  });
  for (const row of rows) {
    console.log(
      `${row.case.padEnd(8)} ${row.moments} moments, ${row.named} errors that name the rank, the slowest after ${row.slowest} ms of ${timeout}, ${row.faults} faults`,
    );
  }
  if (values.json) console.log(JSON.stringify({ benchmark: 'soak-ranks', seed, timeout, rows }));
  const bad = rows.some((row) => row.faults > 0) || rows.every((row) => row.moments === 0);
  if (bad) process.exitCode = 1;
}

void main();
