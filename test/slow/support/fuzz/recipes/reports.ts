import fs from 'node:fs';
import { gzipSync } from 'node:zlib';
import { torch } from '../../../../../lib/torch';
import * as train from '../../../../../lib/train';
import { exampleQueries } from '../../../../train/report/example-queries';
import { hostileQueries } from '../../../../train/report/hostile';
import type { Random } from '../random';
import { damaged, damagedAfter } from './damaged-files';
import { type AnyFunction, construction, methods, type Recipe, recipe, recipesOf } from './recipe';

const PROTOCOL = {
  dataset: 'cards',
  model: 'MAML',
  ways: 2,
  shots: [1, 5],
  queries: 2,
  seed: 1,
} as const;
const RESAMPLES = 20;

const predictions = (random: Random) => ({
  protocol: { ...PROTOCOL },
  queries: random.chance(0.7) ? exampleQueries() : hostileQueries(),
});
const run = (random: Random) => ({ name: 'a', ...predictions(random) });
const report = () =>
  train.report(
    { protocol: { dataset: 'd', model: 'm' }, queries: exampleQueries() },
    { resamples: 5 },
  );
const comparison = () => {
  const one = { protocol: { dataset: 'd', model: 'm' }, queries: exampleQueries() };
  return train.comparePredictions(one, one, { resamples: 5 });
};

/** A file of predictions, packed now and then, and damaged. */
function savedPredictions(random: Random): string {
  const write = () => train.writePredictions('p.jsonl', predictions(random));
  damagedAfter(random, write, ['p.jsonl']);
  if (random.chance(0.7)) return 'p.jsonl';
  const packed = gzipSync(fs.readFileSync('p.jsonl'));
  fs.writeFileSync('p.jsonl.gz', random.chance(0.5) ? damaged(packed, random) : packed);
  return 'p.jsonl.gz';
}

const of = recipesOf('train', 'train', train);

const drained = (fn: AnyFunction): AnyFunction => {
  const open = fn as (...args: unknown[]) => Promise<train.OpenPredictions>;
  return (async (...args: unknown[]) => {
    const { queries } = await open(...args);
    for await (const query of queries) if (query === undefined) return;
  }) as AnyFunction;
};

const STEP = { step: 1, steps: 2, episodes: 1, loss: 0.5, accuracy: 0.5 };
const EVALUATION = { loss: { mean: 0.5, halfWidth: 0.1, count: 2 } };
const RUN = { step: 1, params: { a: torch.ones([2]) }, stop: () => undefined };
type Loggers = 'csvLogger' | 'jsonLinesLogger' | 'openTelemetryLogger' | 'tensorBoardLogger';

/** A logger that is made, and hears of a run. */
const logger = (name: Loggers, fitting: () => object): Recipe =>
  recipe(
    'train',
    `train.${name}`,
    (...args: unknown[]) => {
      const made: train.Logger = Reflect.apply(Reflect.get(train, name), undefined, args);
      made.start?.(2, RUN);
      made.step?.(STEP, RUN);
      made.evaluation?.(1, EVALUATION, RUN);
      made.close?.();
    },
    () => [fitting()],
  );

const meter = {
  createGauge: () => ({ record: () => undefined }),
  createCounter: () => ({ add: () => undefined }),
};

let boards = 0;
const board = () => new train.TensorBoardWriter(`boards/${boards++}`);

export const REPORT_RECIPES: readonly Recipe[] = [
  of('writePredictions', (random) => [
    random.pick(['w.jsonl', 'w.jsonl.gz']),
    predictions(random),
    { texts: random.chance(0.5) },
  ]),
  of('loadPredictions', (random) => [savedPredictions(random)]),
  of('openPredictions', (random) => [savedPredictions(random)], drained),
  of('report', (random) => [
    random.chance(0.5) ? run(random) : [run(random), run(random)],
    { resamples: RESAMPLES, seed: 1, hardest: 3, texts: true },
  ]),
  of('comparePredictions', (random) => [
    run(random),
    run(random),
    { resamples: RESAMPLES, seed: 1, hardest: 3, texts: true },
  ]),
  of('modelCard', () => [report(), { name: 'a', licence: 'MIT', privacy: 'none' }]),
  of('reportMarkdown', () => [report()]),
  of('reportHtml', () => [report()]),
  of('cardMarkdown', () => [train.modelCard(report(), { name: 'a' })]),
  of('comparisonMarkdown', () => [comparison()]),
  of('comparisonHtml', () => [comparison()]),
  logger('csvLogger', () => ({ path: 'log.csv' })),
  logger('jsonLinesLogger', () => ({ path: 'log.jsonl' })),
  logger('tensorBoardLogger', () => ({ folder: 'board', text: 'a', histograms: true })),
  logger('openTelemetryLogger', () => ({ meter, attributes: { run: 'a' } })),
  construction('train', 'train.TensorBoardWriter', train.TensorBoardWriter, () => [
    `boards/${boards++}`,
    0,
  ]),
  ...methods('train', 'train.TensorBoardWriter', board, {
    scalar: () => ['loss', 0.5, 1],
    text: () => ['words', 'rain', 1],
    histogram: (random) => ['h', random.chance(0.5) ? [1, 2, 3] : torch.ones([3]), 1],
    embedding: () => ['e', torch.ones([2, 3]), ['a', 'b'], 1],
    close: () => [],
  }),
];
