// A server under load: 200 connections that stay open ask two classifiers for labels, which are taught new ones
// meanwhile. Nothing may be lost, no tenant may see another's labels, the event loop must stay free, memory flat,
// and there must be 3 times as many answers a second as from `predictSync` on the event loop.
//
//     npm run soak:serve -- [--seconds 60] [--json]
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { editLabels } from './support/label-edits';
import { load } from './support/serve-load';

const CHILD = join(__dirname, 'support', 'serve-child.js');
const TENANTS = ['cards', 'loans'] as const;
const CONNECTIONS = 200;
const WARM_UP_SECONDS = 2;
const MOST_DELAY_MS = 10;
const MOST_GROWTH_MIB = 32;
const LEAST_RATIO = 3;
/** Refusals that tell a client to come back. */
const TYPED = ['503 ERR_TORCH_BUSY', '429 ERR_HTTP_RATE_LIMIT'];

type Sample = { rss: number; p99: number; max: number };
type Check = {
  case: string;
  ours: number;
  peer: string;
  theirs: number;
  ratio: number;
  ok: boolean;
};

async function started(kind: 'pool' | 'sync', folder: string) {
  const child = fork(CHILD, [kind, folder]);
  const [{ address }] = await once(child, 'message');
  return { child, address: String(address) };
}

async function sample(child: ChildProcess, message = 'sample'): Promise<Sample> {
  const answer = once(child, 'message');
  child.send(message);
  return (await answer)[0];
}

async function ended(child: ChildProcess): Promise<void> {
  const end = once(child, 'exit');
  child.disconnect();
  await end;
}

/** Answers a second of `predictSync` on the event loop. */
async function syncPerSecond(seconds: number): Promise<number> {
  const { child, address } = await started('sync', '');
  // Few at first: what is left of them would still be worked on.
  await load(address, { tenant: 'cards', connections: 2, seconds: WARM_UP_SECONDS });
  const { perSecond } = await load(address, { tenant: 'cards', connections: CONNECTIONS, seconds });
  await ended(child);
  return perSecond;
}

/** Resident memory every second, until a signal comes. */
async function residentMemory(child: ChildProcess, signal: AbortSignal): Promise<Sample[]> {
  const samples: Sample[] = [];
  while (!signal.aborted) {
    samples.push(await sample(child));
    await sleep(1000);
  }
  return samples;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** From the first quarter to the end, each as the median of some seconds. */
function growthOf(samples: readonly Sample[]): number {
  const window = Math.max(1, Math.min(5, Math.floor(samples.length / 4)));
  const from = Math.floor(samples.length / 4);
  const resident = samples.map(({ rss }) => rss);
  return median(resident.slice(-window)) - median(resident.slice(from, from + window));
}

async function soak(seconds: number, folder: string) {
  const { child, address } = await started('pool', folder);
  const connections = CONNECTIONS / TENANTS.length;
  const ask = (duration: number) =>
    Promise.all(TENANTS.map((tenant) => load(address, { tenant, connections, seconds: duration })));
  await ask(WARM_UP_SECONDS);
  await sample(child, 'start');
  const over = new AbortController();
  const memory = residentMemory(child, over.signal);
  const edits = TENANTS.map((tenant) => editLabels(address, tenant, over.signal));
  const answered = await ask(seconds);
  over.abort();
  const [samples, edited] = [await memory, await Promise.all(edits)];
  const { p99, max } = await sample(child);
  let forgotten = 0;
  for (const [i, tenant] of TENANTS.entries()) {
    const response = await fetch(`${address}/v1/classifiers/${tenant}`);
    const { labels } = Object(await response.json());
    const found = new Set(labels.map(({ label }: { label: string }) => label));
    const expected = edited[i]?.labels ?? [];
    forgotten += expected.filter((label) => !found.has(label)).length;
    forgotten += Math.abs(found.size - 2 - expected.length);
  }
  await ended(child);
  return { answered, edited, samples, forgotten, p99, max };
}

type Found = Awaited<ReturnType<typeof soak>>;

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

function atMost(name: string, ours: number, theirs: number): Check {
  return { case: name, ours, peer: 'at most', theirs, ratio: ours / theirs, ok: ours <= theirs };
}

function checksOf({ answered, edited, samples, forgotten, p99 }: Found, sync: number): Check[] {
  const counts = answered.flatMap((one) => [...one.counts]);
  const untyped = counts.filter(([key]) => key !== '200' && !TYPED.includes(key));
  const perSecond = sum(answered.map((one) => one.perSecond));
  const refused = sum(edited.map((one) => one.refused.length));
  return [
    atMost('requests without an answer', sum(answered.map(({ lost }) => lost)), 0),
    atMost('answers other than 2xx, 429, 503', sum(untyped.map(([, count]) => count)), 0),
    atMost("answers with another tenant's labels", sum(answered.map((one) => one.foreign)), 0),
    atMost('edits refused', refused, 0),
    atMost('labels lost or left over', forgotten, 0),
    atMost('event loop delay p99, ms', p99, MOST_DELAY_MS),
    atMost('growth of resident memory, MiB', growthOf(samples), MOST_GROWTH_MIB),
    {
      case: 'requests a second',
      ours: perSecond,
      peer: `at least ${LEAST_RATIO} x predictSync`,
      theirs: sync,
      ratio: perSecond / sync,
      ok: perSecond >= LEAST_RATIO * sync,
    },
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      json: { type: 'boolean', default: false },
    },
  });
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 5)
    throw new RangeError('Expected at least 5 --seconds');
  const folder = mkdtempSync(join(tmpdir(), 'metatorch-soak-'));
  const sync = await syncPerSecond(Math.min(seconds, 15));
  const found = await soak(seconds, folder).finally(() =>
    rmSync(folder, { recursive: true, force: true }),
  );
  const rows = checksOf(found, sync);
  for (const { case: name, ours, peer, theirs, ok } of rows) {
    const cells = [name.padEnd(38), ours.toFixed(1).padStart(10), `${peer} ${theirs.toFixed(1)}`];
    console.log(`${cells.join('   ')}${ok ? '' : '   FAILED'}`);
  }
  const { answered, edited, max } = found;
  const edits = sum(edited.map((one) => one.edits));
  const statuses = TENANTS.map((tenant, i) => {
    const own = [...(answered[i]?.counts ?? [])].map(([key, count]) => `${key}: ${count}`);
    return `${tenant} ${own.join(', ')}`;
  }).join('; ');
  console.log(
    `\n${seconds} s, ${edits} edits; ${statuses}; the longest delay was ${max.toFixed(1)} ms`,
  );
  for (const one of edited.flatMap(({ refused }) => refused).slice(0, 5)) console.error(one);
  if (values.json) console.log(JSON.stringify({ benchmark: 'soak-serve', seconds, edits, rows }));
  if (rows.some(({ ok }) => !ok)) process.exitCode = 1;
}

void main();
