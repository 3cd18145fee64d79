// A thread that trains one run, saves its model, and ends.
import { parentPort, workerData } from 'node:worker_threads';
import { datasetFromRows } from '../../text/datasets/dataset';
import { giveWay } from '../../threads/give-way';
import { plainError } from '../../threads/plain-error';
import type { Logger } from '../callbacks/callback';
import { fitAlone } from './fit';
import type { FitMessage, FitOrder, FitSetup } from './fit-messages';
import { saveModel } from './saved-model';

const setup: FitSetup = workerData;
const stopping = new AbortController();
const say = (message: FitMessage): void => parentPort?.postMessage(message);

const messenger: Logger = {
  start: (steps) => say({ kind: 'start', steps }),
  step: (report) => say({ kind: 'step', report }),
  evaluation: (step, evaluation) => say({ kind: 'evaluation', step, evaluation }),
  close: () => say({ kind: 'close' }),
};

async function run({ config, data, folder, checkpoints, resume }: FitSetup): Promise<void> {
  const dataset =
    data &&
    datasetFromRows(data.rows, {
      name: data.name,
      classes: data.classes,
      // Its own key has told them apart already.
      key: (text) => text,
    });
  const { model, ...result } = await fitAlone(dataset, config, {
    loggers: () => [messenger],
    signal: stopping.signal,
    checkpoints,
    resume,
  });
  if (config.out === undefined) saveModel(folder, model);
  model.dispose();
  say({ kind: 'done', result });
}

parentPort?.on('message', ({ reason }: FitOrder) => stopping.abort(reason));
giveWay();
run(setup)
  .catch((error) => say({ kind: 'failed', error: plainError(error) }))
  .finally(() => parentPort?.close());
