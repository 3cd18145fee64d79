import { resolve } from 'node:path';
import { TorchError } from '../../errors';
import { torch } from '../../torch';
import { asJson } from '../../train/as-json';
import { trainingTexts } from '../../train/compress/calibration-texts';
import { compress } from '../../train/compress/compress';
import { accuracyChanges, bytesOnDisk, encodingTimes } from '../../train/compress/measure';
import type { RunConfig } from '../../train/runs/config';
import { testConfig, testModel } from '../../train/runs/evaluate-model';
import type { ConfigTree } from '../../train/runs/merge-configs';
import { MetaModel } from '../../train/runs/model';
import { replaceModel, withRunLock } from '../../train/runs/run-files';
import { loadModel, saveModel } from '../../train/runs/saved-model';
import { type TestResult, testResults } from '../../train/runs/test-run';
import { interruptible } from '../interrupt';
import { withFolder } from '../own-folder';
import { atMost, readFlags } from '../runs/flags';
import { requireNoModel } from '../runs/require-no-model';
import { forUser } from '../user-error';
import { comparisonLines, type ModelChange } from './lines';

export type CompressCommandOptions = {
  readonly out: string;
  readonly int8?: boolean;
  readonly prune?: number;
  readonly method?: 'least-squares' | 'wanda' | 'layer' | 'global';
  readonly embeddings?: boolean;
  readonly test: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
};

/** Compresses a model, saves what comes of it, and prints both side by side. */
export async function runCompress(
  args: readonly string[],
  options: CompressCommandOptions,
): Promise<void> {
  await interruptible(async (signal) => {
    const { positional, config: over } = await forUser(() => readFlags(args));
    await forUser(() => requireFitting(positional, options));
    requireUse(over, options);
    const [folder = ''] = positional;
    const { out, json = false, test } = options;
    using model = await forUser(() => loadModel(folder));
    const config =
      test || Object.keys(over).length > 0
        ? await forUser(() => testConfig(model, over))
        : undefined;
    using smaller = await forUser(() => compressed(model, options, config, signal));
    await withFolder(out, () =>
      withRunLock(out, async () => replaceModel(out, () => saveModel(out, smaller))),
    );
    // As it will be from now on, not as it was made.
    using loaded = await forUser(() => loadModel(out));
    const bytes = { before: bytesOnDisk(folder, model), after: bytesOnDisk(out, loaded) };
    const measured =
      test && config ? await forUser(() => compared(model, loaded, config, signal)) : undefined;
    if (measured) saveTested(out, loaded, measured.results);
    const change: ModelChange = { bytes, ...measured?.change };
    const { compression = {} } = loaded.facts;
    if (json) {
      const threads = torch.getNumThreads();
      console.log(JSON.stringify(asJson({ model: folder, out, compression, threads, ...change })));
      return;
    }
    for (const line of comparisonLines(compression, change)) console.log(line);
    console.log(`Saved to ${out}`);
  });
}

function requireFitting(
  positional: readonly string[],
  { out, int8, prune, method, embeddings, overwrite }: CompressCommandOptions,
): void {
  atMost(positional, 1, 'one model');
  const [folder] = positional;
  if (folder === undefined) throw wrong('Expected a model but received none');
  if (!int8 && prune === undefined)
    throw wrong('Expected --int8, --prune <share> or both but received neither');
  if (prune === undefined && method !== undefined)
    throw wrong('--method is for --prune: say which share');
  if (prune === undefined && embeddings)
    throw wrong('--embeddings is for --prune: say which share');
  if (resolve(out) === resolve(folder)) {
    throw wrong(
      `Expected another folder for --out than that of the model, which would be replaced, but received ${out}`,
    );
  }
  if (!overwrite) requireNoModel(out, 'compress', '--overwrite');
}

/** Refuses keys of a config that neither the test nor pruning, which reads texts of the training, would look at. */
function requireUse(over: ConfigTree, { test, prune }: CompressCommandOptions): void {
  const [key] = Object.keys(over);
  if (key === undefined || test || prune !== undefined) return;
  throw wrong(`--${key} is for the test or for --prune: leave it or --no-test out`);
}

async function compressed(
  model: MetaModel,
  { int8 = false, prune: share, method, embeddings = false }: CompressCommandOptions,
  config: RunConfig | undefined,
  signal: AbortSignal,
): Promise<MetaModel> {
  const texts =
    share === undefined || config === undefined ? [] : await trainingTexts(config, signal);
  return compress(model, {
    int8,
    signal,
    ...(share !== undefined && { prune: { share, embeddings, ...(method && { method }) } }),
    ...(texts.length > 0 && { texts }),
  });
}

/** Texts whose encoding is timed. */
const TIMED = 256;

async function compared(
  model: MetaModel,
  other: MetaModel,
  config: RunConfig,
  signal: AbortSignal,
): Promise<{ change: Omit<ModelChange, 'bytes'>; results: TestResult[] }> {
  const own = { ...config, predictions: true };
  const before = await testModel(model, own, signal);
  const after = await testModel(other, own, signal);
  const asked = before.results.flatMap(({ queries }) => queries.flatMap(({ text }) => text ?? []));
  const texts = [...new Set(asked)].slice(0, TIMED);
  const encoding = encodingTimes(model, other, texts);
  const change = { tests: accuracyChanges(before, after), encoding };
  return { change, results: testResults(after.results) };
}

/** Saves the model again, with its own figures in place of those of the model that it was made of. */
function saveTested(
  folder: string,
  { facts, encoder, params }: MetaModel,
  results: readonly TestResult[],
): void {
  const run = asJson({ ...facts.run, tests: results });
  saveModel(folder, new MetaModel({ ...facts, run }, encoder, params));
}

function wrong(message: string): TorchError {
  return new TorchError('ERR_TORCH_ARGUMENT', message);
}
