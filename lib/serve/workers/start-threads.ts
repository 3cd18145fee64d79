import type * as Pool from 'piscina';
import { WORKER_FILE } from './worker-file';

type RunOptions = Parameters<Pool.Piscina['run']>[1];

type Task = Parameters<Pool.TaskQueue['push']>[0];

/** The tasks that wait for a thread, first come first served; what came last can be taken back. */
class WaitingTasks implements Pool.TaskQueue {
  readonly #tasks: Task[] = [];

  get size(): number {
    return this.#tasks.length;
  }

  push(task: Task): void {
    this.#tasks.push(task);
  }

  unshift(task: Task): void {
    this.#tasks.unshift(task);
  }

  shift(): Task | null {
    return this.#tasks.shift() ?? null;
  }

  remove(task: Task): void {
    const index = this.#tasks.indexOf(task);
    if (index >= 0) this.#tasks.splice(index, 1);
  }

  takeBack(): void {
    this.#tasks.pop();
  }
}

/** Threads that do the tasks of a file. */
export class Threads {
  readonly #pool: Pool.Piscina;
  readonly #waiting: WaitingTasks;
  /** Why one of them could not start. */
  #failure: unknown;

  constructor(pool: Pool.Piscina, waiting: WaitingTasks) {
    this.#pool = pool;
    this.#waiting = waiting;
    // One failed without a task, as it started: tasks that wait for it are rejected.
    pool.on('error', (error) => {
      this.#failure ??= error;
      void pool.destroy();
    });
  }

  /** How many there may be. */
  get count(): number {
    return this.#pool.options.maxThreads;
  }

  /** How many tasks wait for a thread. */
  get queueSize(): number {
    return this.#pool.queueSize;
  }

  /** Has one of them do a task. @throws what has ended the thread, or kept it from starting */
  async run<R>(task: unknown, options: RunOptions): Promise<R> {
    try {
      return await this.#begin(task, options);
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  /**
   * Where a thread cannot be made at all, for want of the right or of room, the pool throws, and keeps the task. It would
   * reject it in the end, which nobody hears: that ends the process.
   */
  #begin<R>(task: unknown, options: RunOptions): Promise<R> {
    const before = this.#waiting.size;
    try {
      return this.#pool.run(task, options);
    } catch (error) {
      if (this.#waiting.size > before) this.#waiting.takeBack();
      throw error;
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
  const waiting = new WaitingTasks();
  const pool = new Piscina({
    filename,
    taskQueue: waiting,
    workerData,
    minThreads: 0,
    maxThreads: count,
    idleTimeout: Number.POSITIVE_INFINITY,
  });
  return new Threads(pool, waiting);
}
