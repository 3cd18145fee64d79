import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

const DIST = JSON.stringify(path.join(__dirname, '../../../dist'));

/** How a rank has ended. */
export type RankEnd = {
  readonly rank: number;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it gave to `say`. */
  readonly said: unknown[];
  readonly stderr: string;
};

export type RunningRank = {
  readonly process: ChildProcess;
  readonly said: unknown[];
  /** Waits until it has said so much. */
  hasSaid(count: number): Promise<void>;
  readonly ended: Promise<RankEnd>;
};

const running = new Set<ChildProcess>();

/** Processes that a test forgot, or could not wait for, end with it. */
export function endRanksAfterEach(): void {
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
  });
}

/**
 * Starts a process of a job whose ranks meet in `file`. The body is an async function's, with `torch`, `distributed`,
 * `rank`, `size` and `init(options)` at hand, and `say(value)` to tell the test something.
 */
export function startRank(file: string, rank: number, size: number, body: string): RunningRank {
  const program = `
    const path = require('node:path');
    const dist = (name) => require(path.join(${DIST}, name));
    const { torch } = dist('torch');
    const { distributed } = torch;
    const [rank, size] = [${rank}, ${size}];
    const say = (value) => process.send(value);
    const init = (options) => distributed.initProcessGroup({
      initMethod: 'file://' + ${JSON.stringify(file)}, rank, worldSize: size, address: '127.0.0.1', ...options,
    });
    torch.setNumThreads(1);
    (async () => {${body}
    })().then(() => process.disconnect(), (error) => {
      console.error(error);
      process.exitCode = 1;
      process.disconnect();
    });`;
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  return follow(child, rank);
}

function follow(child: ChildProcess, rank: number): RunningRank {
  running.add(child);
  const said: unknown[] = [];
  let stderr = '';
  let heard = () => {};
  child.on('message', (value) => {
    said.push(value);
    heard();
  });
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const ended = new Promise<RankEnd>((resolve) => {
    child.on('close', (status, signal) => {
      running.delete(child);
      heard();
      resolve({ rank, status, signal, said, stderr });
    });
  });
  const hasSaid = async (count: number) => {
    while (said.length < count) {
      if (!running.has(child)) throw new Error(`Rank ${rank} has ended: ${stderr}`);
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
  };
  return { process: child, said, hasSaid, ended };
}

/** Starts all ranks of a job. */
export function startRanks(file: string, size: number, body: string): RunningRank[] {
  return Array.from({ length: size }, (_, rank) => startRank(file, rank, size, body));
}

/** What all ranks of a job say, once all have ended well. */
export async function runRanks(file: string, size: number, body: string): Promise<unknown[][]> {
  const ends = await Promise.all(startRanks(file, size, body).map(({ ended }) => ended));
  for (const { rank, status, stderr } of ends) {
    if (status !== 0) throw new Error(`Rank ${rank} has ended with status ${status}: ${stderr}`);
  }
  return ends.map(({ said }) => said);
}
