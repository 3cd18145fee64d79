// Steps a second of two processes of one thread beside one process of one thread: MAML's perceptron of
// `npm run bench:maml`, 32 tasks, in turns. Fails if two are less than 1.6 times as fast.
//
//     npm run bench:ranks -- [--ranks 2] [--tasks 32] [--rounds 7] [--json]
//
// With `--namespaces`, four ranks in network namespaces with 1 ms and 1 Gbit/s between them, beside what the model of
// docs/scaling.md says; fails if a step, or a sum alone, differs from it by more than a quarter. That needs root, `ip`,
// and a kernel with netem or TUN devices and Python.
//
//     npm run bench:ranks -- --namespaces [--ranks 4] [--delay 1] [--gigabits 1] [--json]
import { parseArgs } from 'node:util';
import { softwareOf, sumSeconds } from './support/exchange-model';
import { Namespaces, whatNamespacesLack } from './support/namespaces';
import { RankProcesses } from './support/rank-processes';
import { median } from './support/report';

const MODEL = 'mlp';
const LEAST_SPEEDUP = 1.6;
const MOST_APART = 0.25;
const STEPS_A_ROUND = 5;
const SUMS = 20;
const LARGE_BYTES = 2 ** 25;
/** What a step exchanges: the gradient of the perceptron 300-256-128-5. */
const GRADIENT_BYTES = 4 * (300 * 256 + 256 + 256 * 128 + 128 + 128 * 5 + 5);

const string = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    ranks: string,
    tasks: string,
    rounds: string,
    delay: string,
    gigabits: string,
    namespaces: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const ranks = Number(values.ranks ?? (values.namespaces ? 4 : 2));
const rounds = Number(values.rounds ?? 7);
const work = { do: 'train', model: MODEL, tasks: Number(values.tasks ?? 32) } as const;

type Measured = { case: string; milliseconds: number; expected?: number };

/** The median of what the first rank has measured; the others wait for it. */
const firstOf = (all: readonly number[][]): number => median(all[0] ?? []);

async function compare(): Promise<boolean> {
  const group = await RankProcesses.start(ranks);
  const alone: number[] = [];
  const divided: number[] = [];
  try {
    for (let round = 0; round <= rounds; round++) {
      const count = STEPS_A_ROUND;
      const [one = []] = await group.ask({ ...work, count, which: 'all' }, 1);
      const [several = []] = await group.ask({ ...work, count, which: 'divided' });
      // The first round warms up.
      if (round > 0) alone.push(...one);
      if (round > 0) divided.push(...several);
    }
  } finally {
    group.close();
  }
  const [one, several] = [median(alone), median(divided)];
  const speedup = one / several;
  show([
    { case: 'a step of one process', milliseconds: one },
    { case: `a step of ${ranks} processes`, milliseconds: several },
  ]);
  console.log(`${speedup.toFixed(2)} times the steps a second (bound ${LEAST_SPEEDUP})`);
  if (values.json) {
    const row = { case: `${MODEL}, ${work.tasks} tasks, ${ranks} ranks`, one, several, speedup };
    console.log(JSON.stringify({ benchmark: 'ranks', rows: [{ ...row, bound: LEAST_SPEEDUP }] }));
  }
  return speedup >= LEAST_SPEEDUP;
}

/** What ranks cost without a network between: a step's own work, a small sum and a large one, in milliseconds. */
async function withoutNetwork() {
  const group = await RankProcesses.start(ranks);
  try {
    await group.ask({ ...work, count: STEPS_A_ROUND, which: 'own' });
    const own = await group.ask({ ...work, count: rounds * STEPS_A_ROUND, which: 'own' });
    const small = firstOf(await group.ask({ do: 'sum', bytes: 4 * ranks, count: SUMS }));
    const large = firstOf(await group.ask({ do: 'sum', bytes: LARGE_BYTES, count: 3 }));
    return { own: Math.max(...own.map(median)), small, large };
  } finally {
    group.close();
  }
}

async function compareWithModel(): Promise<boolean> {
  const [delay, gigabits] = [Number(values.delay ?? 1), Number(values.gigabits ?? 1)];
  const { own, small, large } = await withoutNetwork();
  const software = softwareOf(ranks, small / 1e3, { bytes: LARGE_BYTES, seconds: large / 1e3 });
  const network = { latency: delay / 1e3, bytesPerSecond: (gigabits * 1e9) / 8 };
  const expected = (bytes: number) => 1e3 * sumSeconds(bytes, ranks, network, software);
  const namespaces = await Namespaces.open(ranks, { milliseconds: delay, gigabits });
  console.log(`${ranks} namespaces, ${delay} ms and ${gigabits} Gbit/s by ${namespaces.links}`);
  let group: RankProcesses | undefined;
  const rows: Measured[] = [{ case: 'own work of a step', milliseconds: own }];
  try {
    group = await RankProcesses.start(ranks, namespaces);
    for (const bytes of [GRADIENT_BYTES, 2 ** 22]) {
      const name = `sum of ${(bytes / 2 ** 20).toFixed(2)} MiB`;
      const milliseconds = firstOf(await group.ask({ do: 'sum', bytes, count: SUMS }));
      rows.push({ case: name, milliseconds, expected: expected(bytes) });
    }
    const times = await group.ask({ ...work, count: rounds * STEPS_A_ROUND, which: 'divided' });
    const step = { case: 'step', milliseconds: firstOf(times) };
    rows.push({ ...step, expected: own + expected(GRADIENT_BYTES) });
  } finally {
    group?.close();
    namespaces.close();
  }
  show(rows);
  if (values.json) console.log(JSON.stringify({ benchmark: 'ranks', rows, bound: MOST_APART }));
  return rows.every(
    ({ milliseconds, expected: of = milliseconds }) =>
      Math.abs(milliseconds / of - 1) <= MOST_APART,
  );
}

function show(rows: readonly Measured[]): void {
  for (const { case: name, milliseconds, expected } of rows) {
    const ours = `${name.padEnd(24)} ${milliseconds.toFixed(2).padStart(9)} ms`;
    const ratio = milliseconds / (expected ?? Number.NaN);
    const theirs = `expected ${expected?.toFixed(2)} ms, ratio ${ratio.toFixed(2)}`;
    console.log(expected === undefined ? ours : `${ours}, ${theirs}`);
  }
}

async function main(): Promise<void> {
  const lacking = values.namespaces ? whatNamespacesLack() : undefined;
  if (lacking !== undefined) {
    console.log(`Skipped: ${lacking}`);
    return;
  }
  const holds = values.namespaces ? await compareWithModel() : await compare();
  if (!holds) process.exitCode = 1;
}

void main();
