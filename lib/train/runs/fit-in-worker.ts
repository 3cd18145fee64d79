import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { objectOf } from '../../check';
import { messageOf } from '../../libtorch/reasons';
import { datasetOf, type TextDataset } from '../../text/datasets/dataset';
import { compiledFile } from '../../threads/compiled-file';
import { errorOf, workerEnded } from '../../threads/plain-error';
import type { Logger } from '../callbacks/callback';
import { completeRun, type RunInput } from './config';
import type { FitResult } from './fit';
import type { FitMessage, FitOrder, FitSetup } from './fit-messages';
import { readHooks } from './read-hooks';
import { loadModel } from './saved-model';

const WORKER_FILE = compiledFile(__dirname, 'fit-worker.js', () =>
  require.resolve('./fit-worker.js'),
);

/** How a run in a thread is watched and stopped. */
export type WorkerHooks = {
  /** Watches the run. It gets no view of the parameters, which are in the thread. */
  readonly logger?: Logger | undefined;
  /** Ends training after the step in progress; what has been trained is the result. */
  readonly signal?: AbortSignal | undefined;
  /** Where checkpoints are. Default: in `out`, if the config asks for some. */
  readonly checkpoints?: string | undefined;
  /** Goes on from the latest checkpoint; `auto` begins anew where there is none. Default: false. */
  readonly resume?: boolean | 'auto' | undefined;
};

/**
 * As `fit`, in a thread of its own, so that a service answers requests meanwhile. The thread lets others go first
 * where processors are few.
 *
 *     const { model } = await fitInWorker(dataset, { learner: 'prototypical' }, { signal });
 *
 * @throws what `fit` throws; TorchError `ERR_TORCH_WORKER` if the thread ends before it is done
 */
export async function fitInWorker(
  data: TextDataset | undefined,
  options: RunInput,
  hooks: WorkerHooks = {},
): Promise<FitResult> {
  const known = ['logger', 'signal', 'checkpoints', 'resume'] as const;
  const { logger = {}, signal, checkpoints, resume } = readHooks(hooks, known, 'fitInWorker');
  objectOf(logger, 'logger', 'fitInWorker');
  const config = completeRun(options, 'fitInWorker');
  const dataset = data && datasetOf(data, 'data', 'fitInWorker');
  const folder = config.out ?? mkdtempSync(join(tmpdir(), 'metatorch-fit-'));
  try {
    const setup = { config, data: dataset && rowsOf(dataset), folder, checkpoints, resume };
    const result = await trained(setup, logger, signal);
    return { ...result, model: await loadModel(folder) };
  } finally {
    if (config.out === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function rowsOf(dataset: TextDataset): FitSetup['data'] {
  const { name, classes } = dataset;
  const rows = classes.flatMap((label) =>
    dataset.examples(label).map((text) => {
      const groups = dataset.groups?.(text);
      return { text, label, ...(groups && { groups }) };
    }),
  );
  return { name, classes, rows };
}

/** Trains in a new thread, which ends with the run. */
function trained(
  setup: FitSetup,
  logger: Logger,
  signal: AbortSignal | undefined,
): Promise<Omit<FitResult, 'model'>> {
  const worker = new Worker(WORKER_FILE, { workerData: setup });
  const stop = () =>
    worker.postMessage({ kind: 'stop', reason: messageOf(signal?.reason) } satisfies FitOrder);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  return new Promise<Omit<FitResult, 'model'>>((resolve, reject) => {
    worker.on('message', (message: FitMessage) => {
      try {
        if (message.kind === 'done') resolve(message.result);
        else if (message.kind === 'failed') reject(errorOf(message.error));
        else tell(logger, message);
      } catch (error) {
        reject(error);
      }
    });
    worker.on('error', (error) => reject(workerEnded('training', error)));
    worker.on('exit', (code) => reject(workerEnded('training', `exit code ${code}`)));
  }).finally(() => {
    signal?.removeEventListener('abort', stop);
    return worker.terminate();
  });
}

function tell(logger: Logger, message: Exclude<FitMessage, { kind: 'done' | 'failed' }>): void {
  if (message.kind === 'start') logger.start?.(message.steps);
  else if (message.kind === 'step') logger.step?.(message.report);
  else if (message.kind === 'evaluation') logger.evaluation?.(message.step, message.evaluation);
  else logger.close?.();
}
