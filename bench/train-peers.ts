// Meta-training on frozen vectors, here and by PyTorch written by hand: the same vectors, episodes and start, on the
// published partitions of BANKING77's classes. How far the accuracies are apart, in points.
//
//     METATORCH_PYTHON=python3 npm run bench:train -- [--only Meta-SGD] [--folds 5] [--steps 100] [--episodes 600]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  cachedFeatures,
  datasetFromRows,
  type EpisodeSampler,
  loadEncoder,
  readClassFolds,
} from '../lib/text';
import { flattenTree, torch } from '../lib/torch';
import { writeSafetensors } from '../lib/torch/files/safetensors';
import { estimate, formatAccuracy } from '../lib/train';
import { completeRun, type RunInput } from '../lib/train/runs/config';
import { testOn } from '../lib/train/runs/test-run';
import { trainRun } from '../lib/train/runs/train-run';
import { openWorkshop } from '../lib/train/runs/workshop';
import { CACHE, readPart, SOURCES } from './results/data';
import { PythonPeer } from './support/python-peer';
import { printTable } from './support/report';

const FOLDS = path.join(__dirname, '../../shared/data/protaugment-splits/BANKING77/few_shot');
const LEARNERS = {
  Prototypical: { kind: 'prototypical' },
  MAML: { kind: 'maml', innerSteps: 5, innerLearningRate: 0.5 },
  'Meta-SGD': { kind: 'meta-sgd', innerSteps: 3, initialRate: 0.5 },
  R2D2: { kind: 'r2d2' },
} as const;
const RATE = 1e-3;
const SEED = 1;

const { values } = parseArgs({
  options: {
    encoder: { type: 'string', default: 'minilm' },
    only: { type: 'string', multiple: true },
    folds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '100' },
    tasks: { type: 'string', default: '8' },
    episodes: { type: 'string', default: '600' },
    threads: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});

const source = SOURCES[values.encoder] ?? values.encoder;

function runOf(learner: RunInput['learner'], classes: readonly (readonly string[])[]): RunInput {
  const [train = [], test = []] = classes;
  return {
    learner,
    encoder: { kind: 'frozen', encoder: source },
    // Without validation the last parameters are those that are tested.
    splits: { kind: 'classes', train: [...train], test: [...test] },
    episodes: { ways: 5, shots: 1, queries: 15, tasks: Number(values.tasks) },
    steps: Number(values.steps),
    optimizer: { kind: 'adam', learningRate: RATE, schedule: { kind: 'constant' }, warmup: 0 },
    evaluation: { shots: [1], test: Number(values.episodes) },
    seeds: [SEED],
    features: CACHE,
  };
}

/** The numbers of an episode's texts among those of the sampler, and their labels. */
function episodesOf(sampler: EpisodeSampler, count: number) {
  return Array.from({ length: count }, (_, i) => {
    const { support, query } = sampler.rows(i);
    const list = ({ rows, labels }: typeof support) => [[...rows], [...labels]];
    return [...list(support), ...list(query)];
  });
}

type Accuracies = { ours: number; theirs: number; cpu: [ours: number, theirs: number] };

/** Trains one learner on one partition, here and there. */
async function compare(
  kind: (typeof LEARNERS)[keyof typeof LEARNERS],
  classes: readonly (readonly string[])[],
  folder: string,
  python: PythonPeer,
): Promise<Accuracies> {
  const config = completeRun(runOf(kind, classes), 'bench:train');
  const workshop = await openWorkshop(dataset, config, undefined);
  const training = workshop.training(SEED).sampler;
  const test = workshop.test(1)?.sampler;
  if (test === undefined) throw new Error('Expected classes for the test but received none');
  const start = await trainRun({ ...workshop, config: { ...config, steps: 0 } }, SEED, {});
  const file = path.join(folder, 'data.safetensors');
  using encoder = await loadEncoder(source);
  const vectors = (sampler: EpisodeSampler) => cachedFeatures(encoder, sampler.texts, CACHE);
  writeSafetensors(file, {
    'features.training': await vectors(training),
    'features.test': await vectors(test),
    ...Object.fromEntries(
      Object.entries(flattenTree(start.params)).map(([name, tensor]) => [`start.${name}`, tensor]),
    ),
  });
  const before = process.cpuUsage();
  const trained = await trainRun(workshop, SEED, {});
  const [answered] = await testOn(workshop, trained);
  const { user, system } = process.cpuUsage(before);
  const theirs = await python.run({
    data: file,
    learner: kind,
    rate: RATE,
    tasks: config.episodes.tasks,
    training: episodesOf(training, config.steps * config.episodes.tasks),
    test: episodesOf(test, config.evaluation.test),
  });
  if (typeof theirs === 'string') throw new Error(`PyTorch did not answer: ${theirs}`);
  workshop.encoder.dispose();
  workshop.dispose();
  return {
    ours: estimate(answered?.accuracies ?? []).mean,
    theirs: theirs[1] ?? NaN,
    cpu: [(user + system) / 1e3, theirs[0] ?? NaN],
  };
}

const rows = ['train', 'test'].flatMap((part) => readPart(`banking77/${part}`).rows);
const dataset = datasetFromRows(rows, { name: 'banking77' });

/** A mean with its interval over partitions, which one alone has not. */
function accuracyOf(accuracies: readonly number[]): string {
  const [first = NaN] = accuracies;
  return accuracies.length > 1 ? formatAccuracy(estimate(accuracies)) : (100 * first).toFixed(2);
}

async function main(): Promise<void> {
  const threads = Number(values.threads);
  torch.setNumThreads(threads);
  const folds = (await readClassFolds(FOLDS)).slice(0, Number(values.folds));
  const python = new PythonPeer('meta_train.py', threads);
  const folder = mkdtempSync(path.join(tmpdir(), 'metatorch-train-'));
  const table = [];
  for (const [name, kind] of Object.entries(LEARNERS)) {
    if (values.only !== undefined && !values.only.includes(name)) continue;
    const found: Accuracies[] = [];
    for (const { splits } of folds) {
      found.push(await compare(kind, [splits.metaTrain, splits.metaTest], folder, python));
    }
    const apart = found.map(({ ours, theirs }) => 100 * Math.abs(ours - theirs));
    const [ours, theirs] = [found.map((one) => one.ours), found.map((one) => one.theirs)];
    console.log(
      `${name}: ${accuracyOf(ours)} here, ${accuracyOf(theirs)} in PyTorch, on one partition at most ${Math.max(...apart).toFixed(2)} points apart`,
    );
    const mean = (at: 0 | 1) => found.reduce((sum, { cpu }) => sum + cpu[at], 0) / found.length;
    table.push({ case: `${name}, CPU time`, ours: mean(0), peer: 'PyTorch', theirs: mean(1) });
  }
  python.close();
  rmSync(folder, { recursive: true });
  printTable('train-peers', table, 'ms');
}

void main();
