import { TorchError } from '../../errors';
import {
  comparePredictions,
  type Estimate,
  estimate,
  formatAccuracy,
  writePredictions,
} from '../../train';
import { asJson } from '../../train/as-json';
import type { RunConfig } from '../../train/runs/config';
import { type ModelTest, testConfig, testModel } from '../../train/runs/evaluate-model';
import type { ConfigTree } from '../../train/runs/merge-configs';
import type { MetaModel } from '../../train/runs/model';
import { predictionsFile } from '../../train/runs/run-files';
import { loadModel } from '../../train/runs/saved-model';
import { type TestResult, testResults } from '../../train/runs/test-run';
import { interruptible } from '../interrupt';
import { withFolder } from '../own-folder';
import { tableLines } from '../terminal';
import { forUser } from '../user-error';
import { atMost, readFlags } from './flags';
import { notMeasured } from './not-measured';

export type EvaluateOptions = { json?: boolean; predictions?: string | false };

/** Tests a model, prints its accuracy, and writes what was asked and answered. */
export async function runEvaluate(
  args: readonly string[],
  { json = false, predictions }: EvaluateOptions,
): Promise<void> {
  await interruptible(async (signal) => {
    const { positional, config: over } = await forUser(() => readFlags(args));
    await forUser(() => atMost(positional, 1, 'one model'));
    const folder = await forUser(() => required(positional[0], 'a model'));
    using model = await forUser(() => loadModel(folder));
    const evaluated = async (target?: string) => {
      const test = await forUser(() => tested(model, over, signal));
      const files: string[] = [];
      try {
        if (target !== undefined) writeAll(target, test, files);
      } finally {
        // A full disk takes the files, not the figures.
        show(folder, test, files, json);
      }
    };
    const target = predictions ?? usualTarget(folder, model, over);
    if (target === false) await evaluated();
    else await withFolder(target, () => evaluated(target));
  });
}

/** Beside a model lie predictions on its own data alone, for whoever reads them there. */
function usualTarget(folder: string, { facts }: MetaModel, over: ConfigTree): string | false {
  const own = sourceOf(Object(facts.run?.['config']));
  if (over.data === undefined || own === undefined || sourceOf(over) === own) return folder;
  console.error('Predictions on other data are written if --predictions <folder> says where');
  return false;
}

/** The data that a config names. */
function sourceOf({ data }: ConfigTree): unknown {
  return typeof data === 'string' ? data : Object(data).source;
}

function show(model: string, test: ModelTest, files: readonly string[], json: boolean): void {
  const results = testResults(test.results);
  if (json) {
    console.log(JSON.stringify(asJson({ model, results, predictions: files })));
    return;
  }
  for (const { shots, accuracy } of results) {
    console.log(`${`${shots}-shot`.padEnd(8)} ${formatAccuracy(accuracy)} %`);
  }
  for (const line of notMeasured(test.config, results)) console.log(line);
  for (const file of files) console.error(`Wrote ${file}`);
}

/** Tests two or more models on the same episodes, and prints how they differ. */
export async function runCompare(
  args: readonly string[],
  { json = false }: { json?: boolean },
): Promise<void> {
  await interruptible(async (signal) => {
    const { positional, config: over } = await forUser(() => readFlags(args));
    if (positional.length < 2) {
      throw wrong(`Expected two models or more but received ${positional.length}`);
    }
    const tests = await testAll(positional, over, signal);
    const [first, ...others] = tests;
    if (first === undefined) return;
    const differences = others.flatMap((other) =>
      first.test.results.flatMap((a, i) => {
        const b = other.test.results[i];
        return b === undefined ? [] : [difference(first.folder, other.folder, a, b)];
      }),
    );
    const models = tests.map(({ folder, test }) => ({
      model: folder,
      results: testResults(test.results),
    }));
    if (json) console.log(JSON.stringify(asJson({ models, differences })));
    else print(models, differences);
    for (const line of notMeasured(first.test.config, models.at(-1)?.results ?? [])) {
      if (!json) console.log(line);
    }
  });
}

type Tested = { folder: string; test: ModelTest };
type Shown = { model: string; results: readonly TestResult[] };
type Difference = ReturnType<typeof difference>;

/** All by the config of the first, so that episodes are the same. */
async function testAll(
  folders: readonly string[],
  over: ConfigTree,
  signal: AbortSignal,
): Promise<Tested[]> {
  const tests: Tested[] = [];
  let shared: RunConfig | undefined;
  for (const folder of folders) {
    using model = await forUser(() => loadModel(folder));
    const test = await forUser(() => tested(model, over, signal, shared));
    shared ??= test.config;
    tests.push({ folder, test });
  }
  return tests;
}

function tested(
  model: MetaModel,
  over: ConfigTree,
  signal: AbortSignal,
  shared?: RunConfig,
): Promise<ModelTest> {
  const own = shared ?? testConfig(model, over);
  return testModel(model, { ...own, predictions: true }, signal);
}

function difference(
  first: string,
  second: string,
  a: ModelTest['results'][number],
  b: ModelTest['results'][number],
) {
  const deltas = b.accuracies.map((accuracy, i) => accuracy - (a.accuracies[i] ?? 0));
  const { better, worse } = comparePredictions(
    { protocol: { ...a.protocol, model: first }, queries: a.queries },
    { protocol: { ...a.protocol, model: second }, queries: b.queries },
  );
  return {
    first,
    second,
    shots: a.shots,
    /** Of accuracies, over the same episodes. */
    difference: estimate(deltas),
    better: better.length,
    worse: worse.length,
  };
}

function print(models: readonly Shown[], differences: readonly Difference[]): void {
  const shots = models[0]?.results.map((result) => result.shots) ?? [];
  const head = ['', ...shots.map((count) => `${count}-shot`)];
  const accuracies = models.map(({ model, results }) => [
    model,
    ...results.map(({ accuracy }) => formatAccuracy(accuracy)),
  ]);
  const others = models.slice(1).map(({ model }) => [
    model,
    ...shots.map((count) => {
      const found = differences.find((one) => one.second === model && one.shots === count);
      return found === undefined ? '' : inPoints(found.difference);
    }),
  ]);
  const lines = [
    'Accuracy in %, ± half of the 95 % interval:',
    ...tableLines([head, ...accuracies]),
    '',
    'Difference from the first in points on the same episodes; ? may be chance:',
    ...tableLines([head, ...others]),
  ];
  for (const line of lines) console.log(line);
}

/** A difference, after a mark if its interval holds 0. */
function inPoints(difference: Estimate): string {
  const { mean, halfWidth } = difference;
  return `${Math.abs(mean) > halfWidth ? '' : '? '}${formatAccuracy(difference)}`;
}

/** @param written the files that have been written, also if another cannot be */
function writeAll(folder: string, { results }: ModelTest, written: string[]): void {
  for (const { shots, protocol, queries } of results) {
    const path = predictionsFile(folder, shots);
    writePredictions(path, { protocol, queries });
    written.push(path);
  }
}

function required(value: string | undefined, what: string): string {
  if (value !== undefined) return value;
  throw wrong(`Expected ${what} but received none`);
}

function wrong(message: string): TorchError {
  return new TorchError('ERR_TORCH_ARGUMENT', message);
}
