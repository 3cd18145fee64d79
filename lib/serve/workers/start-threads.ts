import type * as Pool from 'piscina';
import { WORKER_FILE } from './worker-file';

/**
 * Threads for the tasks of a file. What manages them is loaded when some are needed first.
 *
 * @param setup what each of them is started with
 */
export function startThreads(setup: object, count: number, filename = WORKER_FILE): Pool.Piscina {
  const { Piscina }: typeof Pool = require('piscina');
  return new Piscina({
    filename,
    workerData: setup,
    minThreads: count,
    maxThreads: count,
  });
}
