import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Namespaces } from '../../../bench/support/namespaces';
import { freePort } from '../../../lib/cli/runs/free-port';

const CHILD = join(__dirname, 'rank-child.js');

const running = new Set<ChildProcess>();
// No rank outlives this process.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** What a rank says last: the hash of its parameters, or the error that has ended it. */
export type RankEnd = {
  readonly hash?: string;
  readonly code?: string;
  readonly ranks?: readonly number[];
  readonly message?: string;
  /** When it has thrown, by `Date.now()`. */
  readonly at?: number;
};

export type RankOfJob = {
  readonly child: ChildProcess;
  readonly ended: Promise<RankEnd>;
  /** When it has begun to look for the others, by `Date.now()`; 0 if it has not. */
  began: number;
};

export type Job = {
  readonly ranks: readonly RankOfJob[];
  /** Whether all have found each other. */
  hasJoined(): boolean;
  /** Waits for rank 0 to have made so many steps of this start, or for its end. */
  hasMade(steps: number): Promise<void>;
};

export type JobOptions = {
  readonly size: number;
  readonly folder: string;
  readonly steps: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly namespaces?: Namespaces | undefined;
};

/** Starts ranks that train together, each in a namespace of its own if there are some. */
export async function startJob({
  size,
  folder,
  steps,
  timeout,
  namespaces,
}: JobOptions): Promise<Job> {
  const port = await freePort();
  const address = (rank: number) => namespaces?.address(rank) ?? '127.0.0.1';
  let joined = 0;
  let made = 0;
  let heard = () => {};
  const ranks = Array.from({ length: size }, (_, rank) => {
    const args = [CHILD, folder, `${steps}`, address(rank), `${timeout}`];
    const [command, all] = namespaces?.within(rank, process.execPath, args) ?? [
      process.execPath,
      args,
    ];
    const variables = {
      RANK: `${rank}`,
      WORLD_SIZE: `${size}`,
      MASTER_ADDR: address(0),
      MASTER_PORT: `${port}`,
      OMP_NUM_THREADS: '1',
    };
    const child = spawn(command, all, {
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running.add(child);
    let last: RankEnd = {};
    const ended = once(child, 'close').then(() => {
      running.delete(child);
      return last;
    });
    const own: RankOfJob = { child, ended, began: 0 };
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text);
      if (line.begins) own.began = line.begins;
      else if (line.joined) joined++;
      else if (line.step) made++;
      else last = line;
      heard();
    });
    void ended.then(() => heard());
    return own;
  });
  const [first] = ranks;
  const hasMade = async (count: number) => {
    while (made < count && first?.child.exitCode === null && first.child.signalCode === null) {
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
  };
  return { ranks, hasJoined: () => joined === size, hasMade };
}
