import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a process ended and what it said. */
export type End = { code: number | null; signal: string | null; stdout: string; stderr: string };

const CHILD = path.join(__dirname, 'soak-child.js');
const PATIENCE_MS = 120_000;

// What Node itself says of an error that nobody caught: where it was thrown, the error with its stack
// and properties, and Node's version. Nothing before, between or after.
const REPORT =
  /^\n?[^\n]+:\d+\n[^\n]*\n *\^+\n\n?(?:(?:\w*Error: |Emitted 'error' event | {4}at | {2}\w+: |\})[^\n]*\n)+\nNode\.js v[^\n]+\n$/;

/** Runs a child to its end; where `kill` is given, SIGTERM comes that long after the child is busy. */
export async function runChild(
  args: readonly (string | number)[],
  kill: number | undefined,
): Promise<End> {
  const child = spawn(process.execPath, [CHILD, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  if (kill !== undefined) {
    child.stdout.once('data', () => void sleep(kill).then(() => child.kill('SIGTERM')));
  }
  const [[code, signal], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null, string | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, signal, stdout, stderr };
}

/** Ways to end, and what a process that ends so must say: an exit code or signal, and its outputs. */
export const ENDINGS: Readonly<
  Record<string, { code?: number; signal?: string; stdout?: string; reports?: boolean }>
> = {
  terminate: { code: 0 },
  natural: { code: 0 },
  exit: { code: 7 },
  uncaught: { code: 1, reports: true },
  sigterm: { signal: 'SIGTERM', stdout: 'busy\n' },
};

/** What is not as it should be, in words; nothing if all is well. */
export function deviations(ending: string, end: End): string[] {
  const expected = ENDINGS[ending] ?? {};
  const found: string[] = [];
  const { code = null, signal = null, stdout = '' } = expected;
  if (end.code !== code || end.signal !== signal) {
    found.push(`Expected ${signal ?? code} but it ended with ${end.signal ?? end.code}`);
  }
  if (end.stdout !== stdout) found.push(`Standard output: ${end.stdout}`);
  const isQuiet = expected.reports ? REPORT.test(end.stderr) : end.stderr === '';
  if (!isQuiet) found.push(`Standard error: ${end.stderr}`);
  return found;
}
