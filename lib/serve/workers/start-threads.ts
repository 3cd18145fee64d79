import type * as Pool from 'piscina';
import { WORKER_FILE } from './worker-file';

type RunOptions = Parameters<Pool.Piscina['run']>[1];

/** Threads that do the tasks of a file. */
export class Threads {
  readonly #pool: Pool.Piscina;
  /** Why one of them could not start. */
  #failure: unknown;

  constructor(pool: Pool.Piscina) {
    this.#pool = pool;
    // One failed without a task, as it started: tasks that wait for it are rejected.
    pool.on('error', (error) => {
      this.#failure ??= error;
      void pool.destroy();
    });
  }

  /** How many tasks wait for a thread. */
  get queueSize(): number {
    return this.#pool.queueSize;
  }

  /** Has one of them do a task. @throws what has ended the thread, or kept it from starting */
  async run<R>(task: unknown, options: RunOptions): Promise<R> {
    try {
      return await this.#pool.run(task, options);
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  /** Ends them at once, whatever they do. */
  destroy(): Promise<void> {
    return this.#pool.destroy();
  }
}

/**
 * Threads for the tasks of a file. What manages them is loaded when some are needed first. Each starts when a task finds
 * those before it busy: started together they would keep the first task waiting, and none takes the place of one that
 * was ended with its task.
 *
 * @param workerData what each of them is started with
 */
export function startThreads(workerData: object, count: number, filename = WORKER_FILE): Threads {
  const { Piscina }: typeof Pool = require('piscina');
  const pool = new Piscina({
    filename,
    workerData,
    minThreads: 0,
    maxThreads: count,
    idleTimeout: Number.POSITIVE_INFINITY,
  });
  return new Threads(pool);
}
