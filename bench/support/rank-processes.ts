import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { freePort } from '../../lib/cli/runs/free-port';
import type { InitOptions } from '../../lib/torch/distributed/init';
import type { Namespaces } from './namespaces';

/** What a rank can be asked for: `bench/support/rank-program.ts`. */
export type RankRequest =
  | { readonly do: 'join'; readonly options: InitOptions }
  | {
      readonly do: 'train';
      readonly model: string;
      readonly tasks: number;
      readonly count: number;
      /** All tasks, this rank's without the others, or this rank's with them. */
      readonly which: 'all' | 'own' | 'divided';
    }
  | { readonly do: 'sum'; readonly bytes: number; readonly count: number };

const PROGRAM = path.join(__dirname, '../../scripts/run-bench.js');
const TIMEOUT_MS = 120_000;
const PORT_IN_NAMESPACE = 29_500;

/** Processes of one thread that are the ranks of a group. */
export class RankProcesses {
  readonly #children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  /** Starts them; each in a namespace of its own, if there are some. */
  static async start(count: number, namespaces?: Namespaces): Promise<RankProcesses> {
    const all = Array.from({ length: count }, (_, rank) => startProcess(rank, namespaces));
    const ranks = new RankProcesses(all);
    const address = (rank: number) => namespaces?.address(rank) ?? '127.0.0.1';
    const port = namespaces === undefined ? await freePort() : PORT_IN_NAMESPACE;
    const options = (rank: number) => ({
      initMethod: `tcp://${address(0)}:${port}`,
      address: address(rank),
      rank,
      worldSize: count,
      timeout: TIMEOUT_MS,
    });
    try {
      await Promise.all(
        all.map((child, rank) => ask(child, { do: 'join', options: options(rank) })),
      );
      return ranks;
    } catch (error) {
      ranks.close();
      throw error;
    }
  }

  get count(): number {
    return this.#children.length;
  }

  /** Asks some of them, all by default, at the same time, and gives what each answers. */
  ask(request: RankRequest, count = this.count): Promise<number[][]> {
    return Promise.all(this.#children.slice(0, count).map((child) => ask(child, request)));
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }
}

function startProcess(rank: number, namespaces: Namespaces | undefined): ChildProcess {
  const args = [PROGRAM, 'support/rank-program'];
  const [command, all] = namespaces?.within(rank, process.execPath, args) ?? [
    process.execPath,
    args,
  ];
  return spawn(command, all, {
    env: { ...process.env, OMP_NUM_THREADS: '1' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

async function ask(child: ChildProcess, request: RankRequest): Promise<number[]> {
  const answered = new AbortController();
  const { signal } = answered;
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('Expected an answer of a rank, but its process has ended');
  });
  ended.catch(() => undefined);
  try {
    child.send(request);
    const [answer] = await Promise.race([once(child, 'message', { signal }), ended]);
    if (Array.isArray(answer.times)) return answer.times;
    throw new Error(`Rank: ${answer.error}`);
  } finally {
    answered.abort();
  }
}
