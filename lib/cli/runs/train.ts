import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { TorchError } from '../../errors';
import type { ProcessGroup } from '../../torch';
import { replaceFile } from '../../torch/files/replace-file';
import { formatAccuracy } from '../../train';
import { asJson } from '../../train/as-json';
import { progressLogger } from '../../train/loggers/progress-logger';
import { evaluatedTasks, type RunConfig } from '../../train/runs/config';
import { configFrom, flagSource, readConfigFile } from '../../train/runs/config-file';
import { type FitResult, fitConfig } from '../../train/runs/fit';
import { contentsOf, modelIn, runConfig, withRunLock } from '../../train/runs/run-files';
import { interruptible } from '../interrupt';
import { withFolder } from '../own-folder';
import { forUser } from '../user-error';
import { atMost, readFlags } from './flags';
import { inJob } from './job';
import { notMeasured } from './not-measured';
import { runInProcesses } from './processes';
import { requireNoModel } from './require-no-model';

export type TrainCommandOptions = {
  json?: boolean;
  resume?: boolean;
  overwrite?: boolean;
  print?: boolean;
  quiet?: boolean;
  /** How many processes of this machine share the work. */
  processes?: string;
  /** The seconds that they, or the ranks of torchrun, wait for each other. */
  rankTimeout?: string;
};

/** Trains what a config file and flags say, saves it, and prints how good it is. */
export async function runTrain(
  args: readonly string[],
  options: TrainCommandOptions,
): Promise<void> {
  const { processes = '1', rankTimeout = '1800' } = options;
  const count = wholeNumber(processes, '--processes', MOST_PROCESSES);
  const timeout = wholeNumber(rankTimeout, '--rank-timeout', MOST_SECONDS);
  const config = await forUser(() => readRun(args, options));
  if (options.print) return print(stringify(asJson(config)));
  if (count > 1) return runInProcesses(count, withoutProcesses(process.argv.slice(2)));
  await forUser(() => inJob(timeout, (group) => trainHere(config, options, group)));
}

async function trainHere(
  config: RunConfig,
  options: TrainCommandOptions,
  group: ProcessGroup | undefined,
): Promise<void> {
  const leads = group === undefined || group.rank === 0;
  const shows = leads && !options.quiet;
  const out = config.out ?? '';
  const work = () => trainInto(out, config, options, { group, leads, shows });
  if (!leads) return work();
  const alone = async () => {
    requireFree(out, options);
    if (shows) console.error(stringify(asJson(config)));
    await withConfig(out, config, work);
  };
  await withFolder(out, () => withRunLock(out, alone));
}

/** The ranks of a run, and what this process does for all. */
type Part = {
  readonly group: ProcessGroup | undefined;
  /** Whether it writes the results. */
  readonly leads: boolean;
  /** Whether it shows the progress. */
  readonly shows: boolean;
};

async function trainInto(
  out: string,
  config: RunConfig,
  options: TrainCommandOptions,
  { group, leads, shows }: Part,
): Promise<void> {
  const began = performance.now();
  await interruptible(async (signal) => {
    const result = await fitConfig(undefined, config, {
      signal,
      group,
      resume: options.resume ? 'auto' : false,
      loggers: (label, seed) => (shows ? [progress(label, seed, config)] : []),
    });
    const seconds = (performance.now() - began) / 1000;
    result.model.dispose();
    if (leads) show(result, out, seconds, { ...options, stopped: signal.aborted });
  });
}

function show(
  result: FitResult,
  out: string,
  seconds: number,
  { json, stopped }: TrainCommandOptions & { readonly stopped: boolean },
): void {
  const { tests } = result;
  const lines = [
    ...resultLines(result, stopped),
    ...stoppedLines(result, stopped),
    `Saved to ${out}`,
  ];
  const found = { out, seconds, tests, runs: facts(result) };
  print(json ? JSON.stringify(asJson(found)) : lines.join('\n'));
}

const MOST_PROCESSES = 1024;
const MOST_SECONDS = 1_000_000;

function wholeNumber(text: string, flag: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new TorchError(
    'ERR_TORCH_ARGUMENT',
    `Expected an integer from 1 to ${most} for ${flag} but received '${text}'`,
  );
}

/** The arguments of this command for each of the processes. */
function withoutProcesses(args: readonly string[]): string[] {
  return args.filter(
    (arg, i) =>
      arg !== '--processes' && args[i - 1] !== '--processes' && !arg.startsWith('--processes='),
  );
}

function readRun(args: readonly string[], { resume, overwrite }: TrainCommandOptions): RunConfig {
  const { positional, config: flags } = readFlags(args);
  atMost(positional, 1, 'one config file');
  const [file] = positional;
  if (file === undefined && Object.keys(flags).length === 0) {
    throw new TorchError(
      'ERR_TORCH_ARGUMENT',
      'Expected a config file, or its keys as flags, such as --data intents --learner prototypical, but received neither; see metatorch train --help',
    );
  }
  const files = file === undefined ? [] : [readConfigFile(file)];
  const config = configFrom([...files, flagSource(flags)]);
  if (config.data === undefined) {
    throw new TorchError(
      'ERR_TORCH_ARGUMENT',
      `${file === undefined ? '' : `${file}: `}Expected data to train on: a name of \`metatorch datasets list\`, intents, wordnet, or a path, as --data or in the config`,
    );
  }
  const { checkpoints = resume ? { keep: 3 } : undefined } = config;
  const out = config.out ?? join('runs', config.learner.kind);
  if (!resume && !overwrite) requireOther(file, out);
  requireFrozen(config);
  return { ...config, out, ...(checkpoints && { checkpoints }) };
}

/** Refuses to replace the config file that was given by the complete config of its run. */
function requireOther(file: string | undefined, out: string): void {
  if (file === undefined || resolve(file) !== resolve(runConfig(out))) return;
  throw new TorchError(
    'ERR_TORCH_FILE',
    `Cannot train into ${out}: its ${basename(file)} is the config that was given, which would be replaced; name another folder by --out, or use --overwrite`,
    { path: out },
  );
}

/** Refuses a place for vectors that are not kept. */
function requireFrozen({ features, encoder }: RunConfig): void {
  if (features === undefined || encoder?.kind === 'frozen') return;
  throw new TorchError(
    'ERR_TORCH_ARGUMENT',
    `Expected no features for an encoder of kind ${encoder?.kind}, whose vectors change while it is trained, but received ${features}`,
  );
}

function requireFree(
  out: string,
  { resume = false, overwrite = false }: TrainCommandOptions,
): void {
  if (!resume && !overwrite) requireNoModel(out, 'train', '--overwrite or --resume');
}

/**
 * Runs `work` with the config kept in the folder before anything can go wrong. Work that fails leaves the config that
 * was there before, which is that of the model beside it; where there was nothing at all, none.
 */
async function withConfig(
  out: string,
  config: RunConfig,
  work: () => Promise<void>,
): Promise<void> {
  const path = runConfig(out);
  const [wasEmpty, model] = [contentsOf(out).length === 0, modelIn(out)];
  const before = existsSync(path) ? readFileSync(path) : undefined;
  replaceFile(path, [Buffer.from(stringify(asJson(config)))]);
  try {
    await work();
  } catch (error) {
    if (modelIn(out) !== model) throw error;
    if (before !== undefined) replaceFile(path, [before]);
    else if (wasEmpty && contentsOf(out).length === 1) rmSync(path, { force: true });
    throw error;
  }
}

function progress(label: string, seed: number, { seeds }: RunConfig) {
  const of = seeds.length > 1 ? `${label}, seed ${seed}` : label;
  return progressLogger({ label: of, stream: process.stderr });
}

function facts({ runs }: FitResult) {
  return runs.map(({ history: _, stopped: __, ...run }) => run);
}

function resultLines({ config, tests, runs }: FitResult, stopped: boolean): string[] {
  if (tests.length === 0 && stopped) return ['Stopped before the test.'];
  if (tests.length === 0) return ['No class is for the test: nothing was measured.'];
  const { ways } = evaluatedTasks(config);
  const over = runs.length > 1 ? `${runs.length} seeds` : `${config.evaluation.test} episodes`;
  return [
    `Accuracy in %, ${ways}-way, on classes that it has not seen`,
    `± half of the 95 % interval over ${over}:`,
    ...tests.map(
      ({ shots, accuracy }) => `  ${`${shots}-shot`.padEnd(8)} ${formatAccuracy(accuracy)}`,
    ),
  ];
}

/** What a run that was stopped has not done. */
function stoppedLines({ config, runs }: FitResult, stopped: boolean): string[] {
  const last = runs.at(-1);
  const tests = last?.tests ?? [];
  const others = config.seeds.slice(runs.length);
  return [
    ...(last?.stopped === undefined ? [] : [`Stopped after step ${last.steps}.`]),
    ...(stopped && tests.length > 0 ? notMeasured(config, tests) : []),
    ...(others.length === 0 ? [] : [`Not begun: seed ${others.join(', ')}.`]),
  ];
}

function print(text: string): void {
  console.log(text.trimEnd());
}
