// Trains small text models, each in a worker thread, with a checkpoint at every step, until it is done or killed.
//
//     node train-child.js folder steps workers
//
// Writes a line `worker step` once the checkpoint of a step is on the disk, and `worker done` in the end.
const { writeSync } = require('node:fs');
const { join } = require('node:path');
const { isMainThread, Worker, workerData } = require('node:worker_threads');
const { torch } = require('../../../dist/torch');
const { adam, reduceOnPlateau, linearWarmup } = require('../../../dist/optim');
const text = require('../../../dist/text');
const { numbers } = require('../../helpers/numbers');
const { buildTextLearner, evaluate, train } = require('../../../dist/train');

const CLASSES = 6;
const TEXTS = 8;
const WORDS = 40;

/** Texts of classes that share most of their words. */
function rows() {
  const next = numbers(1);
  return Array.from({ length: CLASSES * TEXTS }, (_, i) => {
    const label = i % CLASSES;
    const words = Array.from({ length: 6 }, () => `word${next(WORDS)}`);
    return { text: [`own${label}`, ...words, `number${i}`].join(' '), label: `class ${label}` };
  });
}

/** @param {number} worker */
function run(worker) {
  const data = rows();
  const generator = torch.generator(worker + 1);
  const vocabulary = text.Vocabulary.build(data.map((row) => row.text.split(' ')));
  const { learner, vectorizer } = buildTextLearner({
    learner: { kind: 'prototypical' },
    encoder: { kind: 'mean', dimensions: 8, dropout: 0.5 },
    tokenizer: {},
    maxLength: 12,
    vocabulary: { ...vocabulary.toJSON() },
  });
  const set = { ways: 3, shots: 2, queries: 2, generator };
  const sampler = new text.EpisodeSampler(text.datasetFromRows(data), set);
  const augmentations = [text.wordDropout(), text.wordSwap()];
  /** @param {number} index */
  const episode = (index) =>
    text.augmentEpisode(sampler.episode(index), index, { augmentations, generator });
  const plateau = reduceOnPlateau({ rate: 0.05, factor: 0.5, patience: 1 });
  return {
    learner,
    params: learner.init(generator),
    optimizer: adam({ learningRate: linearWarmup({ steps: 5, rate: plateau }) }),
    plateau,
    generator,
    /** @param {number} batch */
    episodes: (batch) =>
      text.episodeTensors(
        [0, 1, 2].map((i) => episode(3 * batch + i)),
        vectorizer,
      ),
    tasksAtOnce: 2,
    accumulate: 2,
    clipNorm: 1,
    /** @param {any} params */
    evaluate: (params) =>
      evaluate(learner, params, [
        () => text.episodeTensors(sampler.episodes(4, 1_000_000), vectorizer),
      ]),
    evaluateEvery: 3,
    earlyStopping: { patience: 1_000_000 },
  };
}

/** @param {{ folder: string, steps: number, worker: number }} options */
async function trainInWorker({ folder, steps, worker }) {
  torch.setNumThreads(2);
  // Nothing here draws from the default generator, but its state is part of a checkpoint.
  torch.manualSeed(1);
  const checkpoints = { folder: join(folder, `${worker}`), every: 1, keep: 3 };
  await train({
    ...run(worker),
    steps,
    checkpoints,
    resume: 'auto',
    // The checkpoint of the step before is written by now.
    logger: { step: ({ step }) => writeSync(1, `${worker} ${step - 1}\n`) },
  });
  writeSync(1, `${worker} done\n`);
}

if (isMainThread) {
  const [folder = '', steps = '1', workers = '1'] = process.argv.slice(2);
  for (let worker = 0; worker < Number(workers); worker++) {
    const options = { folder, steps: Number(steps), worker };
    new Worker(__filename, { workerData: options }).on('error', (error) => {
      throw error;
    });
  }
} else {
  void trainInWorker(workerData);
}
