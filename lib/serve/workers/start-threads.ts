import type * as Pool from 'piscina';
import type { WorkerSetup } from './tasks';
import { WORKER_FILE } from './worker-file';

/** Threads for the tasks of `worker.ts`. What manages them is loaded when some are needed first. */
export function startThreads(setup: WorkerSetup, count: number): Pool.Piscina {
  const { Piscina }: typeof Pool = require('piscina');
  return new Piscina({
    filename: WORKER_FILE,
    workerData: setup,
    minThreads: count,
    maxThreads: count,
  });
}
