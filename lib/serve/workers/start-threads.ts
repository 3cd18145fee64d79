import type * as Pool from 'piscina';
import { WORKER_FILE } from './worker-file';

/**
 * Threads for the tasks of a file. What manages them is loaded when some are needed first. One starts at once, each of
 * the others when a task finds those before it busy: started together they would keep the first task waiting.
 *
 * @param setup what each of them is started with
 */
export function startThreads(setup: object, count: number, filename = WORKER_FILE): Pool.Piscina {
  const { Piscina }: typeof Pool = require('piscina');
  return new Piscina({
    filename,
    workerData: setup,
    minThreads: 1,
    maxThreads: count,
    idleTimeout: Number.POSITIVE_INFINITY,
  });
}
