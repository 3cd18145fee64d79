import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { callable } from '../../check';
import { ArgumentTypeError } from '../../errors';
import { makeFolders, onDisk } from '../../files/on-disk';
import { datasetOf, type TextDataset } from '../../text/datasets/dataset';
import { disposeTree } from '../../torch';
import { replaceFile } from '../../torch/files/replace-file';
import { asJson } from '../as-json';
import { anyAborts, Ranks } from '../distributed/ranks';
import { estimate } from '../estimate';
import { type Evaluation, scoreOf } from '../evaluate';
import type { TrainHistory } from '../history';
import { writePredictions } from '../report/predictions';
import { completeRun, type RunConfig, type RunInput } from './config';
import { MetaModel } from './model';
import { readHooks } from './read-hooks';
import { loadRunData } from './run-data';
import { predictionsFile, replaceModel, runResults, withRunLock } from './run-files';
import { saveModel } from './saved-model';
import { type Answered, protocolOf, type TestResult, testOn, testResults } from './test-run';
import { type RunHooks, type TrainedLearner, trainRun } from './train-run';
import { openWorkshop, type Workshop } from './workshop';

/** What came of one seed. */
export type SeedResult = {
  readonly seed: number;
  readonly steps: number;
  readonly seconds: number;
  readonly validation?: Evaluation | undefined;
  readonly tests: readonly TestResult[];
  readonly history?: TrainHistory | undefined;
  readonly stopped?: unknown;
};

/** What came of a run. */
export type FitResult = {
  /** The model of the seed that is best in validation, or of the first; the caller's to dispose of. */
  readonly model: MetaModel;
  /** The config with all its defaults. */
  readonly config: RunConfig;
  readonly runs: readonly SeedResult[];
  /** Of several seeds, the mean over them. */
  readonly tests: readonly TestResult[];
};

/**
 * Trains what a config names on the classes of a data set, and tests it on others:
 *
 *     const { model, tests } = await fit(dataset, { learner: 'prototypical', steps: 200 });
 *     console.log(formatAccuracy(tests[0].accuracy));
 *     saveModel('models/mine', model);
 *
 * Everything random depends on the seeds alone. With `out` the model is saved there, and the config beside it.
 * Other work gets its turn between steps and batches; a service trains in a thread or process of its own.
 *
 * @param data a data set, or undefined if the config names one
 * @throws ArgumentTypeError or ArgumentRangeError that names the key of a wrong option, and the nearest there
 *   is; TorchError `ERR_TORCH_BUSY` if another run trains into `out`; what reading the data, the encoder, training
 *   and saving throw
 */
export async function fit(
  data: TextDataset | undefined,
  options: RunInput,
  hooks: RunHooks = {},
): Promise<FitResult> {
  const read = readHooks(hooks, HOOKS, 'fit');
  if (read.loggers !== undefined) callable(read.loggers, 'loggers', 'fit');
  return fitAlone(data, completeRun(options, 'fit'), read);
}

const HOOKS = [
  'loggers',
  'callbacks',
  'signal',
  'checkpoints',
  'resume',
  'group',
  'fingerprint',
] as const;

/** As `fit`, of a config that is complete. */
export async function fitAlone(
  data: TextDataset | undefined,
  config: RunConfig,
  hooks: RunHooks,
): Promise<FitResult> {
  const { out } = config;
  const work = () => fitConfig(data, config, hooks);
  try {
    if (out === undefined || !leads(hooks)) return await work();
    onDisk(out, 'make the folder', () => makeFolders(out));
    return await withRunLock(out, work);
  } catch (error) {
    if (hooks.group) new Ranks(hooks.group).abandon(error);
    throw error;
  }
}

const leads = ({ group }: RunHooks): boolean => (group?.rank ?? 0) === 0;

/** The same for whoever has the folder `out` already. */
export async function fitConfig(
  data: TextDataset | undefined,
  config: RunConfig,
  hooks: RunHooks,
): Promise<FitResult> {
  const dataset = await dataOf(data, config, hooks.signal);
  const workshop = await openWorkshop(dataset, config, hooks.signal);
  try {
    const results = await runSeeds(workshop, hooks);
    const model = modelOf(workshop, results);
    const runs = results.map(({ result }) => result);
    const fitted = { model, config, runs, tests: testsOf(runs) };
    if (config.out !== undefined && leads(hooks)) {
      saveRun(config.out, fitted, workshop, results);
    }
    return fitted;
  } catch (error) {
    workshop.encoder.dispose();
    throw error;
  } finally {
    workshop.dispose();
  }
}

async function dataOf(
  given: TextDataset | undefined,
  { data }: RunConfig,
  signal: AbortSignal | undefined,
): Promise<TextDataset> {
  if (given !== undefined && data === undefined) return datasetOf(given, 'data', 'fit');
  if (given === undefined && data !== undefined) return loadRunData(data, signal);
  throw new ArgumentTypeError(
    `Expected a data set, or data of the config, but received ${data === undefined ? 'neither' : 'both'}`,
    'fit',
    'config.data of fit',
  );
}

type SeedRun = {
  readonly result: SeedResult;
  readonly trained: TrainedLearner;
  readonly answered: readonly Answered[];
};

async function runSeeds(workshop: Workshop, hooks: RunHooks): Promise<SeedRun[]> {
  const done: SeedRun[] = [];
  try {
    for (const seed of workshop.config.seeds) {
      // A run that was stopped has a model; those of further seeds have not begun.
      if (done.length > 0 && (await anyAborts(hooks.signal, hooks.group))) break;
      done.push(await runSeed(workshop, seed, hooks));
    }
    return done;
  } catch (error) {
    disposeTree(done.map(({ trained }) => trained.params));
    throw error;
  }
}

async function runSeed(workshop: Workshop, seed: number, hooks: RunHooks): Promise<SeedRun> {
  const { config } = workshop;
  const began = performance.now();
  const several = config.seeds.length > 1;
  const folder = hooks.checkpoints ?? checkpointFolder(config);
  const own = folder !== undefined && several ? join(folder, `seed-${seed}`) : folder;
  const fingerprint = fingerprintOf(workshop, seed);
  const trained = await trainRun(workshop, seed, { ...hooks, checkpoints: own, fingerprint });
  const seconds = (performance.now() - began) / 1000;
  const answered = await testOn(workshop, trained, hooks);
  const { steps, validation, history, stopped } = trained;
  const tests = testResults(answered);
  return {
    result: { seed, steps, seconds, validation, history, stopped, tests },
    trained,
    answered,
  };
}

function checkpointFolder({ out, checkpoints }: RunConfig): string | undefined {
  return out === undefined || checkpoints === undefined ? undefined : join(out, 'checkpoints');
}

/** What decides what a run computes, its texts among it; where it is saved, and how often tested, do not. */
function fingerprintOf({ config, dataset, classes }: Workshop, seed: number): string {
  const { out: _, checkpoints: __, predictions: ___, seeds: ____, loggers: _____, ...run } = config;
  const { features: ______, evaluation, ...rest } = run;
  const { test: _______, ...tested } = evaluation;
  const hash = createHash('sha256').update(JSON.stringify([seed, rest, tested]));
  for (const label of [...classes.train, ...classes.validation]) {
    hash.update(JSON.stringify([label, dataset.examples(label)]));
  }
  return hash.digest('hex');
}

/** The tests of all seeds: of several, the mean and interval over them. */
function testsOf(runs: readonly SeedResult[]): TestResult[] {
  const [first, ...others] = runs;
  if (first === undefined) return [];
  if (others.length === 0) return [...first.tests];
  return first.tests.map(({ shots }, i) => ({
    shots,
    accuracy: estimate(runs.flatMap(({ tests }) => tests[i]?.accuracy.mean ?? [])),
  }));
}

/** The model of the best seed, which has the encoder from then on. */
function modelOf({ config, classes, encoder }: Workshop, results: readonly SeedRun[]): MetaModel {
  const score = ({ result }: SeedRun) => (result.validation ? scoreOf(result.validation) : 0);
  const [best, ...others] = results.toSorted((a, b) => score(b) - score(a));
  disposeTree(others.map(({ trained }) => trained.params));
  if (best === undefined) throw new Error('Expected at least one seed but received none');
  const { seed, steps, tests } = best.result;
  const trainedOn = steps > 0 ? classes.train : [];
  const run = asJson({ config, seed, tests, trainedOn });
  const facts = { learner: best.trained.config, encoder: config.encoder, run };
  return new MetaModel(facts, encoder, best.trained.params);
}

function saveRun(
  out: string,
  { model, config, runs, tests }: FitResult,
  workshop: Workshop,
  results: readonly SeedRun[],
): void {
  replaceModel(out, () => saveModel(out, model));
  const content = asJson({ config, tests, runs: runs.map(({ history: _, ...run }) => run) });
  replaceFile(runResults(out), [Buffer.from(`${JSON.stringify(content, null, 2)}\n`)]);
  if (!config.predictions) return;
  for (const { result, trained, answered } of results) {
    for (const { shots, queries } of answered) {
      const seed = config.seeds.length > 1 ? result.seed : undefined;
      writePredictions(predictionsFile(out, shots, seed), {
        protocol: protocolOf(workshop, trained.config, shots),
        queries,
      });
    }
  }
}
