import { join } from 'node:path';
import { TorchError } from '../../../lib/errors';
import { datasetFromRows } from '../../../lib/text';
import { latestCheckpoint } from '../../../lib/train';
import type { RunInput } from '../../../lib/train/runs/config';
import { fit } from '../../../lib/train/runs/fit';
import { fitInWorker } from '../../../lib/train/runs/fit-in-worker';
import { temporaryFolder } from '../../helpers/folders';

const folder = temporaryFolder();
const TOPICS = ['card', 'rain', 'bread', 'train', 'music', 'garden', 'river', 'paper'];
const dataset = datasetFromRows(
  TOPICS.flatMap((label, i) =>
    Array.from({ length: 8 }, (_, j) => ({
      text: `${label} ${TOPICS[(i + j) % 8]} number ${j}`,
      label,
    })),
  ),
  { name: 'topics' },
);
const RUN: RunInput = {
  learner: 'prototypical',
  encoder: { kind: 'mean', dimensions: 8 },
  splits: { kind: 'shares', train: 0.5, validation: 0.25, test: 0.25 },
  episodes: { ways: 2, shots: 2, queries: 2, tasks: 2 },
  evaluation: { validation: 4, test: 8, shots: 2 },
  steps: 6,
};

test('a run in a thread trains the same model as one here, and is told step by step', async () => {
  const here = await fit(dataset, RUN);
  const steps: number[] = [];
  const there = await fitInWorker(dataset, RUN, {
    logger: { step: ({ step }) => steps.push(step) },
  });
  expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
  expect(there.tests).toEqual(here.tests);
  const examples = [
    { text: 'card', label: 'a' },
    { text: 'rain', label: 'b' },
  ];
  using one = here.model.classifier(examples);
  using other = there.model.classifier(examples);
  expect(other.predict(['card number 3'])).toEqual(one.predict(['card number 3']));
  here.model.dispose();
  there.model.dispose();
});

test('a signal ends it after the step in progress, with a checkpoint to go on from', async () => {
  const stopping = new AbortController();
  const { model, runs } = await fitInWorker(
    dataset,
    { ...RUN, steps: 100_000, out: join(folder(), 'run'), checkpoints: { every: 10_000 } },
    {
      signal: stopping.signal,
      logger: { step: ({ step }) => step === 3 && stopping.abort(new Error('the service ends')) },
    },
  );
  expect(runs[0]?.stopped).toBe('the service ends');
  expect(runs[0]?.steps).toBeLessThan(100_000);
  expect(latestCheckpoint(join(folder(), 'run', 'checkpoints'))?.step).toBe(runs[0]?.steps);
  model.dispose();
});

test('what fit throws is thrown here, with its class, code and message', async () => {
  await expect(fitInWorker(dataset, { ...RUN, learner: 'prototypica' as never })).rejects.toThrow(
    /prototypical/,
  );
  const missing = fitInWorker(undefined, { ...RUN, data: join(folder(), 'none.csv') });
  await expect(missing).rejects.toBeInstanceOf(TorchError);
  await expect(missing).rejects.toMatchObject({ code: 'ERR_TORCH_FILE' });
});

test('an error of the logger ends the run', async () => {
  const failing = fitInWorker(
    dataset,
    { ...RUN, steps: 100_000 },
    {
      logger: {
        step: () => {
          throw new Error('the disk of the log is full');
        },
      },
    },
  );
  await expect(failing).rejects.toThrow('the disk of the log is full');
});
