// What meta-training exchanges and computes in a step, and what any number of ranks would make of it on networks of
// 1, 10 and 100 Gbit/s: the tables of docs/scaling.md.
//
//     npm run scaling -- [--workloads mlp,cnn,transformer,minilm] [--latency 50] [--tasks 32] [--each 8] [--json]
//
// Exchanges and bytes are counted at the addon's door while two ranks train; times are processor time of one thread of this machine.
// `--latency` is in microseconds between two ranks; `--tasks` are those of a step, `--each` those of a rank where the
// step grows with the ranks.
import { parseArgs } from 'node:util';
import { loadNative } from '../lib/native';
import { adam } from '../lib/optim';
import { disposeTree, leaves, type ProcessGroup, torch } from '../lib/torch';
import { train } from '../lib/train';
import { type Software, softwareOf, sumSeconds } from './support/exchange-model';
import { inOneThread } from './support/ranks-in-one-thread';
import { median } from './support/report';
import { SCALING_WORKLOADS, type ScalingWorkload } from './support/scaling-workloads';

const string = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    workloads: string,
    latency: string,
    tasks: string,
    each: string,
    json: { type: 'boolean', default: false },
  },
});
const names = (values.workloads ?? 'mlp,cnn,transformer,minilm').split(',');
const latency = Number(values.latency ?? 50) / 1e6;
const inAll = Number(values.tasks ?? 32);
const each = Number(values.each ?? 8);

const RANKS = [2, 8, 64, 512] as const;
const GIGABITS = [1, 10, 100] as const;
const LARGE_BYTES = 2 ** 22;
const STEPS = 3;
const WIDTHS: Readonly<Record<string, number>> = { float32: 4, float64: 8, int64: 8 };

/** A step of a workload: what it exchanges, and the seconds of one thread. */
type Step = {
  workload: string;
  parameters: number;
  exchanges: number;
  bytes: number;
  fixed: number;
  perTask: number;
};

async function steps(
  { learner, episodes, tasksAtOnce }: ScalingWorkload,
  options: { tasks: number; steps: number; group?: ProcessGroup },
): Promise<number[]> {
  const { tasks, group } = options;
  const batch = episodes(tasks);
  const params = learner.init(torch.generator(1));
  const moments: number[] = [];
  const result = await train({
    learner,
    params,
    optimizer: adam({ learningRate: 1e-3 }),
    episodes: () => batch,
    steps: options.steps,
    tasksAtOnce,
    logger: { step: () => moments.push(processorSeconds()) },
    ...(group && { distributed: { group } }),
  });
  disposeTree([params, result.params, batch]);
  return moments.slice(1).map((moment, i) => moment - (moments[i] ?? moment));
}

/** What this process has computed so far, in one thread and whatever else the machine does. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Calls of process groups and the bytes of their tensors while `work` runs. */
async function counted(work: () => Promise<unknown>): Promise<{ calls: number; bytes: number }> {
  const native = loadNative();
  const { startGroupCall } = native;
  const seen = { calls: 0, bytes: 0 };
  native.startGroupCall = (...call) => {
    seen.calls++;
    for (const tensor of call[2])
      seen.bytes += native.numelOf(tensor) * (WIDTHS[native.dtypeOf(tensor)] ?? 8);
    startGroupCall(...call);
  };
  try {
    await work();
    return seen;
  } finally {
    native.startGroupCall = startGroupCall;
  }
}

/** Exchanges and bytes of a step of one rank: those of two steps less those of one, which begins the run. */
async function exchanged(workload: ScalingWorkload): Promise<{ calls: number; bytes: number }> {
  const of = (count: number) =>
    counted(() => inOneThread(2, (group) => steps(workload, { tasks: 2, steps: count, group })));
  const [two, one] = [await of(2), await of(1)];
  return { calls: (two.calls - one.calls) / 2, bytes: (two.bytes - one.bytes) / 2 };
}

async function measure(name: string): Promise<Step> {
  const make = SCALING_WORKLOADS[name];
  if (make === undefined) throw new Error(`Expected one of ${Object.keys(SCALING_WORKLOADS)}`);
  const workload = make();
  const { calls, bytes } = await exchanged(workload);
  const [many, few] = [workload.measured, workload.measured / 2];
  const times = { many: [] as number[], few: [] as number[] };
  for (let i = 0; i < workload.rounds; i++) {
    times.many.push(...(await steps(workload, { tasks: many, steps: STEPS })));
    times.few.push(...(await steps(workload, { tasks: few, steps: STEPS })));
  }
  const perTask = Math.max(0, (median(times.many) - median(times.few)) / (many - few));
  const params = torch.scope(() =>
    leaves(workload.learner.init(torch.generator(1))).map((p) => p.numel()),
  );
  return {
    workload: name,
    parameters: params.reduce((sum, count) => sum + count, 0),
    exchanges: calls,
    bytes,
    fixed: Math.max(0, median(times.few) - few * perTask),
    perTask,
  };
}

/** What sums cost without a network, of two ranks. */
async function measureSoftware(): Promise<Software> {
  const sum = async (group: ProcessGroup, bytes: number, count: number) => {
    const tensor = torch.ones([bytes / 4]);
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      (await torch.distributed.allReduceAsync(tensor, { group })).dispose();
      times.push((performance.now() - start) / 1e3);
    }
    tensor.dispose();
    // Other work of the machine only adds to it.
    return Math.min(...times);
  };
  const [small = 0] = await inOneThread(2, (group) => sum(group, 8, 200));
  const [large = 0] = await inOneThread(2, (group) => sum(group, LARGE_BYTES, 40));
  return softwareOf(2, small, { bytes: LARGE_BYTES, seconds: large });
}

/** The seconds of a step in which each rank has so many tasks. */
function stepSeconds(
  step: Step,
  tasks: number,
  ranks: number,
  gigabits: number,
  software: Software,
) {
  const network = { latency, bytesPerSecond: (gigabits * 1e9) / 8 };
  const exchange = sumSeconds(step.bytes / step.exchanges, ranks, network, software);
  return step.fixed + tasks * step.perTask + step.exchanges * exchange;
}

function predict(step: Step, software: Software) {
  return RANKS.flatMap((ranks) =>
    GIGABITS.map((gigabits) => {
      const own = Math.ceil(inAll / ranks);
      const divided = stepSeconds(step, own, ranks, gigabits, software);
      const grown = stepSeconds(step, each, ranks, gigabits, software);
      return {
        case: step.workload,
        ranks,
        gigabits,
        milliseconds: 1e3 * divided,
        speedup: stepSeconds(step, inAll, 1, gigabits, software) / divided,
        efficiency: stepSeconds(step, each, 1, gigabits, software) / grown,
      };
    }),
  );
}

function table(rows: readonly (readonly string[])[]): void {
  const [head = [], ...others] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  console.log(line(head));
  console.log(line(head.map((_, i) => (i === 0 ? '---' : '---:'))));
  for (const row of others) console.log(line(row));
  console.log();
}

function show(all: readonly Step[], software: Software): void {
  const count = (value: number) => Math.round(value).toLocaleString('en');
  const ms = (seconds: number) => (1e3 * seconds).toFixed(1);
  const { secondsPerRound, bytesPerSecond } = software;
  console.log(
    `Gloo without a network: ${(1e6 * secondsPerRound).toFixed(0)} µs a round, ${(bytesPerSecond / 1e9).toFixed(2)} GB/s\n`,
  );
  table([
    ['workload', 'parameters', 'exchanges a step', 'bytes a step', 'ms a step', 'and a task'],
    ...all.map((step) => [
      step.workload,
      count(step.parameters),
      `${step.exchanges}`,
      count(step.bytes),
      ms(step.fixed),
      ms(step.perTask),
    ]),
  ]);
  const title = (what: string) => GIGABITS.map((gigabits) => `${what}, ${gigabits} Gbit/s`);
  table([
    [
      'workload',
      'ranks',
      ...title(`speedup, ${inAll} tasks`),
      ...title(`efficiency, ${each} a rank`),
    ],
    ...all.flatMap((step) =>
      RANKS.map((ranks) => {
        const cells = predict(step, software).filter((row) => row.ranks === ranks);
        return [
          step.workload,
          `${ranks}`,
          ...cells.map(({ speedup }) => speedup.toFixed(1)),
          ...cells.map(({ efficiency }) => `${(100 * efficiency).toFixed(0)} %`),
        ];
      }),
    ),
  ]);
}

async function main(): Promise<void> {
  torch.setNumThreads(1);
  const software = await measureSoftware();
  const all: Step[] = [];
  for (const name of names) all.push(await measure(name));
  show(all, software);
  if (!values.json) return;
  const rows = all.flatMap((step) => predict(step, software));
  console.log(JSON.stringify({ benchmark: 'scaling', software, steps: all, rows }));
}

void main();
