import type * as Pool from 'piscina';
import { WORKER_FILE } from './worker-file';

/**
 * Threads for the tasks of a file. What manages them is loaded when some are needed first. Each starts when a task finds
 * those before it busy: started together they would keep the first task waiting, and none takes the place of one that
 * was ended with its task.
 *
 * @param workerData what each of them is started with
 */
export function startThreads(
  workerData: object,
  count: number,
  filename = WORKER_FILE,
): Pool.Piscina {
  const { Piscina }: typeof Pool = require('piscina');
  const threads = new Piscina({
    filename,
    workerData,
    minThreads: 0,
    maxThreads: count,
    idleTimeout: Number.POSITIVE_INFINITY,
  });
  // One failed without a task, as it started: tasks that wait for it are rejected.
  threads.on('error', () => void threads.destroy());
  return threads;
}
