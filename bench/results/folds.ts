import { resolve } from 'node:path';
import { datasetFromRows, readClassFolds, type TextDataset } from '../../lib/text';
import { estimate, formatAccuracy } from '../../lib/train';
import type { RunInput } from '../../lib/train/runs/config';
import { type FitResult, fit } from '../../lib/train/runs/fit';
import { CACHE, readPart, SOURCES, wanted } from './data';
import { difference } from './scores';

const FOLDS = resolve(__dirname, '../../../shared/data/protaugment-splits');
/** The published partitions of a data set's classes, and the parts that its texts come from. */
const SETS = {
  banking77: { folder: 'BANKING77/few_shot', parts: ['banking77/train', 'banking77/test'] },
  clinc150: { folder: 'OOS/few_shot', parts: ['clinc150/train', 'clinc150/val', 'clinc150/test'] },
} as const;
const SHOTS = [1, 5];

type Row = { name: string; run: RunInput };

const frozen = (encoder: string, map: 'linear' | 'none') =>
  ({ kind: 'frozen', encoder: SOURCES[encoder] ?? encoder, map }) as const;

/** Every learner trains on episodes of one shot, and the parameters that are best in validation are tested. */
const frozenRows = (encoder: string): Row[] => {
  const on = (learner: RunInput['learner'], steps = 300): RunInput => ({
    learner,
    encoder: frozen(encoder, 'linear'),
    steps,
  });
  return [
    {
      name: 'nearest class mean',
      run: { learner: 'nearest-class-mean', encoder: frozen(encoder, 'none') },
    },
    { name: 'Prototypical', run: on('prototypical') },
    { name: 'Matching', run: on('matching') },
    { name: 'R2D2', run: on('r2d2') },
    { name: 'MetaOptNet', run: on('metaoptnet') },
    { name: 'MAML', run: on('maml') },
    { name: 'ANIL', run: on('anil') },
  ];
};

/** Of the whole encoder: steps of one task of ten classes, which holds as many texts as fit a step of a second. */
const wholeRows = (encoder: string): Row[] => [
  {
    name: 'Prototypical, all of the encoder',
    run: {
      learner: 'prototypical',
      encoder: { kind: 'pretrained', encoder: SOURCES[encoder] ?? encoder, train: 'all' },
      steps: 400,
      episodes: { ways: 10, queries: 4, tasks: 1 },
      optimizer: { kind: 'adamw', learningRate: 3e-5 },
      evaluation: { every: 100 },
    },
  },
];

/** The accuracies of a row's run on every fold, by number of shots, from 0 to 1. */
async function onFolds(
  dataset: TextDataset,
  folds: Awaited<ReturnType<typeof readClassFolds>>,
  { run }: Row,
): Promise<number[][]> {
  const accuracies: number[][] = [];
  for (const { splits } of folds) {
    const { metaTrain, metaValidation, metaTest } = splits;
    const { model, tests }: FitResult = await fit(dataset, {
      ...run,
      splits: {
        kind: 'classes',
        train: [...metaTrain],
        validation: [...metaValidation],
        test: [...metaTest],
      },
      episodes: { ways: 5, shots: 1, queries: 15, ...run.episodes },
      evaluation: { ways: 5, queries: 15, shots: SHOTS, test: 600, ...run.evaluation },
      features: CACHE,
    });
    model.dispose();
    accuracies.push(tests.map(({ accuracy }) => accuracy.mean));
  }
  return accuracies;
}

/**
 * Learners on the five published partitions of the classes, 5-way: the mean over them with its interval, and
 * the gain over the nearest class mean on the same episodes, paired by partition.
 */
export async function foldTable(encoders: readonly string[]): Promise<string[][]> {
  const head = ['data', 'encoder', 'learner', '1-shot', '5-shot', 'gain, 1-shot', 'gain, 5-shot'];
  const lines = [[...head, 'seconds of CPU']];
  for (const [set, { folder, parts }] of Object.entries(SETS)) {
    if (!wanted('--data', set)) continue;
    const rows = parts.flatMap((part) => readPart(part).rows);
    const dataset = datasetFromRows(rows, { name: set });
    const folds = await readClassFolds(resolve(FOLDS, folder));
    for (const encoder of encoders.filter((one) => one !== 'glove')) {
      let base: number[][] | undefined;
      const all = encoder === 'minilm' ? wholeRows(encoder) : [];
      for (const row of [...frozenRows(encoder), ...all].filter(({ name }) =>
        wanted('--learner', name),
      )) {
        const began = process.cpuUsage();
        const found = await onFolds(dataset, folds, row);
        base ??= found;
        const { user, system } = process.cpuUsage(began);
        const cells = SHOTS.map((_, i) =>
          formatAccuracy(estimate(found.map((one) => one[i] ?? NaN))),
        );
        const gains = SHOTS.map((_, i) =>
          difference(found.map((one, fold) => (one[i] ?? NaN) - (base?.[fold]?.[i] ?? NaN))),
        );
        const line = [
          set,
          encoder,
          row.name,
          ...cells,
          ...gains,
          ((user + system) / 1e6).toFixed(0),
        ];
        console.error(line.join(' | '));
        lines.push(line);
      }
    }
  }
  return lines;
}
