import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

/** The path of the compiled torch layer, quoted for a script. */
export const TORCH = JSON.stringify(path.join(__dirname, '../../../dist/torch'));

/** Runs code in a thread of its own, with `torch`, `parentPort` and `workerData` at hand. */
export function startWorker(body: string, workerData?: unknown): Worker {
  return new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const { torch } = require(${TORCH});
     ${body}`,
    { eval: true, workerData },
  );
}

/** The next message of a worker. */
export async function reply(worker: Worker): Promise<unknown> {
  const [message] = (await once(worker, 'message')) as [unknown];
  return message;
}
