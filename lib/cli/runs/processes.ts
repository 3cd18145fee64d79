import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { freePort } from './free-port';

/** How long the others may take to end once one has. */
const LAST_MS = 15_000;
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs this command in several processes of this machine, which find each other by torchrun's variables, and ends with
 * the status of the first that failed. The cores are divided among them. None outlives this process: each ends when
 * its channel to it closes.
 */
export async function runInProcesses(count: number, args: readonly string[]): Promise<void> {
  const port = await freePort();
  const children = Array.from({ length: count }, (_, rank) => startRank(rank, count, port, args));
  const stops = (['SIGINT', 'SIGTERM'] as const).map((name) => {
    const stop = () => {
      process.exitCode = STATUS[name];
      for (const child of children) child.kill(name);
    };
    process.on(name, stop);
    return () => process.removeListener(name, stop);
  });
  try {
    const failed = await untilEnd(children);
    if (failed !== 0) process.exitCode ??= failed;
  } finally {
    for (const stop of stops) stop();
  }
}

/** The status of the first process that ended badly, once all have ended; 0 if none did. */
async function untilEnd(children: readonly ChildProcess[]): Promise<number> {
  let failed = 0;
  let last: NodeJS.Timeout | undefined;
  const ends = children.map(async (child) => {
    const [status] = (await once(child, 'close')) as [number | null];
    if (status === 0 || failed !== 0) return;
    // A signal has no status.
    failed = status ?? 1;
    last = setTimeout(() => {
      for (const other of children) other.kill('SIGKILL');
    }, LAST_MS);
  });
  await Promise.all(ends);
  clearTimeout(last);
  return failed;
}

function startRank(
  rank: number,
  count: number,
  port: number,
  args: readonly string[],
): ChildProcess {
  const { execPath, execArgv, argv, env } = process;
  const threads = Math.max(1, Math.floor(availableParallelism() / count));
  const variables = {
    RANK: `${rank}`,
    LOCAL_RANK: `${rank}`,
    WORLD_SIZE: `${count}`,
    LOCAL_WORLD_SIZE: `${count}`,
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: `${port}`,
    METATORCH_LAUNCHED: '1',
  };
  const out = rank === 0 ? 'inherit' : 'ignore';
  const child = spawn(execPath, [...execArgv, argv[1] ?? '', ...args], {
    env: { OMP_NUM_THREADS: `${threads}`, ...env, ...variables },
    stdio: ['ignore', out, rank === 0 ? 'inherit' : 'pipe', 'ipc'],
    // A group of its own: Ctrl-C of the terminal comes to this process, which passes it on once.
    detached: true,
  });
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      console.error(`[rank ${rank}] ${line}`);
    });
  }
  return child;
}

/** Ends this process with the one that has started it by `runInProcesses`. */
export function endWithLauncher(): void {
  if (process.env['METATORCH_LAUNCHED'] !== '1' || process.channel === undefined) return;
  process.channel.unref();
  process.on('disconnect', () => process.exit(STATUS.SIGTERM));
  if (!process.connected) process.exit(STATUS.SIGTERM);
}
