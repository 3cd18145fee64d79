import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a campaign calls, and where its processes write. */
export type Campaign = {
  readonly seed: number;
  readonly areas: readonly string[];
  readonly only: string | undefined;
  readonly folder: string;
};

export type Fault = 'signal' | 'hang' | 'untyped';

export type Finding = {
  readonly fault: Fault;
  readonly index: number;
  readonly area: string;
  readonly name: string;
  /** The signal or exit code, or the error's message. */
  readonly detail: string;
  readonly stack?: string;
};

export type Outcome = 'returned' | 'refused' | 'skipped' | Fault;

/** Calls by area and outcome. */
export type Outcomes = Record<string, Partial<Record<Outcome, number>>>;

/** What came of some calls, up to one that ended the process, and those that are left. */
export type Run = { findings: Finding[]; outcomes: Outcomes; left: number[] };

const RUNNER = path.join(__dirname, '../../../../scripts/run-bench.js');
const CHILD = '../test/slow/support/fuzz/child';
// Of the processor's time, since a busy machine is no fault of the call.
const CALL_SECONDS = 10;
// Of the clock's, for what waits instead of working: on a busy machine a process works little, but it does.
const WAIT_SECONDS = 180;
const PROGRESS_SECONDS = 0.03;
// Of the processor's, before the first call.
const START_SECONDS = 120;
const TICKS_PER_SECOND = 100;
const MOST_KIB = 8 * 2 ** 20;
const HEAP_MIB = 1024;

type End = { code: number | null; signal: string | null; hung: boolean };

type Call = { index: number; area: string; name: string };

/** The call that a process has last written down. */
function lastCall(log: string): Call | undefined {
  const text = fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '';
  const match = /^(\d+) (\S+) (\S+)/.exec(text);
  if (match === null) return undefined;
  return { index: Number(match[1]), area: match[2] ?? '', name: match[3] ?? '' };
}

/** Seconds for which a process has computed; 0 where the system does not say. */
function processorSeconds(pid: number): number {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}

/** Tells by a process's log, again and again, when its present call takes too long. */
function slowness(pid: number, log: string): () => boolean {
  let seen: number | undefined;
  let since = 0;
  let worked = 0;
  let before = 0;
  return () => {
    const index = lastCall(log)?.index ?? -1;
    const [now, work] = [performance.now() / 1000, processorSeconds(pid)];
    if (index !== seen) [seen, since, worked, before] = [index, now, work, work];
    if (work - before >= PROGRESS_SECONDS) [since, before] = [now, work];
    const most = index < 0 ? START_SECONDS : CALL_SECONDS;
    return now - since > WAIT_SECONDS || work - worked > most;
  };
}

/** Runs a process to its end, or ends it where one call takes too long. */
async function watch(args: readonly string[], log: string, errors: string): Promise<End> {
  const output = fs.openSync(errors, 'w');
  // A shell sets the limits, since Node.js cannot.
  const script = `ulimit -c 0; ulimit -v ${MOST_KIB}; exec "$0" "$@"`;
  const node = [`--max-old-space-size=${HEAP_MIB}`, RUNNER, CHILD, ...args];
  const child = spawn('sh', ['-c', script, process.execPath, ...node], {
    stdio: ['ignore', output, output],
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  fs.closeSync(output);
  const end: End = { code: null, signal: null, hung: false };
  let open = true;
  const closed = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      Object.assign(end, { code, signal });
      open = false;
      resolve();
    });
  });
  const isSlow = slowness(child.pid ?? 0, log);
  while (open) {
    await Promise.race([closed, sleep(250)]);
    if (!open || !isSlow()) continue;
    end.hung = true;
    child.kill('SIGKILL');
    await closed;
  }
  return end;
}

type Report = { findings: Finding[]; outcomes: Outcomes; done: boolean };

function count(outcomes: Outcomes, area: string, outcome: Outcome): void {
  outcomes[area] ??= {};
  const counts = outcomes[area];
  counts[outcome] = (counts[outcome] ?? 0) + 1;
}

function readReport(file: string): Report {
  const read: Report = { findings: [], outcomes: {}, done: false };
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  for (const line of text.split('\n').slice(0, -1)) {
    const { done, outcome, index, area, name, message, stack } = JSON.parse(line);
    if (done === true) read.done = true;
    else count(read.outcomes, area, outcome);
    if (outcome === 'untyped') {
      read.findings.push({ fault: outcome, index, area, name, detail: message, stack });
    }
  }
  return read;
}

function tail(file: string): string {
  return fs.readFileSync(file, 'utf8').trim().split('\n').slice(-3).join(' | ').slice(0, 300);
}

let runs = 0;

/** Makes calls in a process of their own, until one of them ends it. */
export async function runCalls(
  { seed, areas, only, folder }: Campaign,
  calls: readonly number[],
  skip: readonly string[] = [],
): Promise<Run> {
  const own = path.join(folder, String(runs++));
  fs.mkdirSync(path.join(own, 'files'), { recursive: true });
  const [log, report, errors] = ['log', 'report', 'errors'].map((kind) => path.join(own, kind)) as [
    string,
    string,
    string,
  ];
  const args = Object.entries({
    seed,
    calls: calls.join(','),
    areas: areas.join(','),
    log,
    report,
    folder: path.join(own, 'files'),
    skip: skip.join(','),
    only,
  }).flatMap(([key, value]) => (value === undefined ? [] : [`--${key}=${value}`]));
  const end = await watch(args, log, errors);
  const { findings, outcomes, done } = readReport(report);
  const last = lastCall(log);
  const words = tail(errors);
  fs.rmSync(own, { force: true, recursive: true });
  if (done && end.code === 0) return { findings, outcomes, left: [] };
  if (last === undefined) throw new Error(`A process made no call: ${words}`);
  const fault: Fault = end.hung ? 'hang' : 'signal';
  const detail = end.hung
    ? `${CALL_SECONDS} s of work, or ${WAIT_SECONDS} s`
    : `${end.signal ?? `exit ${end.code}`}: ${words}`;
  findings.push({ fault, ...last, detail });
  count(outcomes, last.area, fault);
  return { findings, outcomes, left: calls.slice(calls.indexOf(last.index) + 1) };
}
