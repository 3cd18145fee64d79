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
  readonly name: string;
  /** The signal or exit code, or the error's message. */
  readonly detail: string;
  readonly stack?: string;
};

export type Outcomes = { returned: number; refused: number; skipped: number };

export type Run = { findings: Finding[]; outcomes: Outcomes; next: number };

const RUNNER = path.join(__dirname, '../../../../scripts/run-bench.js');
const CHILD = '../test/slow/support/fuzz/child';
const CALL_SECONDS = 20;
const START_SECONDS = 120;
const MOST_KIB = 8 * 2 ** 20;
const HEAP_MIB = 1024;

type End = { code: number | null; signal: string | null; hung: boolean };

/** The call that a process has last written down. */
function lastCall(log: string): { index: number; name: string } | undefined {
  const text = fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '';
  const match = /^(\d+) (\S+)/.exec(text);
  return match === null ? undefined : { index: Number(match[1]), name: match[2] ?? '' };
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
  let seen = '';
  let since = performance.now();
  while (open) {
    await Promise.race([closed, sleep(250)]);
    const { index } = lastCall(log) ?? { index: -1 };
    if (String(index) !== seen) {
      seen = String(index);
      since = performance.now();
    } else if (
      open &&
      performance.now() - since > (index < 0 ? START_SECONDS : CALL_SECONDS) * 1000
    ) {
      end.hung = true;
      child.kill('SIGKILL');
      await closed;
    }
  }
  return end;
}

function readReport(file: string): { findings: Finding[]; outcomes: Outcomes | undefined } {
  const findings: Finding[] = [];
  let outcomes: Outcomes | undefined;
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  for (const line of text.split('\n').slice(0, -1)) {
    const { untyped, done } = JSON.parse(line);
    if (done !== undefined) outcomes = done;
    if (untyped !== undefined) {
      const { index, name, message, stack } = untyped;
      findings.push({ fault: 'untyped', index, name, detail: message, stack });
    }
  }
  return { findings, outcomes };
}

function tail(file: string): string {
  return fs.readFileSync(file, 'utf8').trim().split('\n').slice(-3).join(' | ').slice(0, 300);
}

let runs = 0;

/** Makes the calls from `from` on, until one of them ends the process. */
export async function runCalls(
  { seed, areas, only, folder }: Campaign,
  from: number,
  count: number,
  skip: readonly string[] = [],
): Promise<Run> {
  const [log, report, errors] = ['log', 'report', 'errors'].map((kind) =>
    path.join(folder, `${runs}.${kind}`),
  ) as [string, string, string];
  const own = path.join(folder, String(runs));
  fs.mkdirSync(own);
  runs++;
  const args = Object.entries({
    seed,
    from,
    count,
    areas: areas.join(','),
    log,
    report,
    folder: own,
    skip: skip.join(','),
    only,
  }).flatMap(([key, value]) => (value === undefined ? [] : [`--${key}=${value}`]));
  const end = await watch(args, log, errors);
  const { findings, outcomes } = readReport(report);
  const last = lastCall(log);
  if (outcomes !== undefined && end.code === 0) {
    cleanUp(log, report, errors, own);
    return { findings, outcomes, next: from + count };
  }
  if (last === undefined) throw new Error(`A process made no call: ${tail(errors)}`);
  const fault: Fault = end.hung ? 'hang' : 'signal';
  const how = end.hung
    ? `${CALL_SECONDS} s`
    : `${end.signal ?? `exit ${end.code}`}: ${tail(errors)}`;
  findings.push({ fault, ...last, detail: how });
  cleanUp(log, report, errors, own);
  const made = last.index - from + 1;
  const counted = { returned: 0, refused: made - findings.length, skipped: 0 };
  return { findings, outcomes: counted, next: last.index + 1 };
}

function cleanUp(...files: string[]): void {
  for (const file of files) fs.rmSync(file, { force: true, recursive: true });
}

/** Whether the call has the same fault when a process makes no other. */
export async function recurs(campaign: Campaign, finding: Finding): Promise<boolean> {
  const only = { ...campaign, only: finding.name };
  const { findings } = await runCalls(only, finding.index, 1);
  return findings.some(({ fault }) => fault === finding.fault);
}
