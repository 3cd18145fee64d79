import { callable, type ReadOptions, readOptions } from '../../check';
import { RandomSource } from '../../text/random-source';
import { RunningTrial, type Trial, TrialPruned } from './running-trial';
import { gridSampler } from './samplers/grid';
import { randomSampler } from './samplers/random';
import type { Sampler } from './samplers/sampler';
import { tpeSampler } from './samplers/tpe';
import { type SamplerConfig, SEARCH, type SearchOptions } from './search-options';
import { type ParamsOf, readSpace, type SearchSpace, type Space, type TrialParams } from './space';
import { Study } from './study';
import type { TrialRecord } from './trial';

/**
 * What is searched for: the value of some parameters. It may throw, which fails its trial alone. One that ends
 * early because of `trial.signal` must throw: what it returns counts.
 */
export type Objective<S extends SearchSpace> = (
  params: ParamsOf<S>,
  trial: Trial,
) => Promise<number> | number;

/** What came of a search. */
export type SearchResult = {
  /** The best trial that was completed; undefined if none was. */
  readonly best: TrialRecord | undefined;
  /** All trials, from best to worst. */
  readonly trials: readonly TrialRecord[];
  /** Why the search ended before all trials: the signal's reason. */
  readonly stopped?: unknown;
};

/**
 * Searches a space for the parameters with the best value:
 *
 *     const { best } = await search(
 *       { rate: { kind: 'log-uniform', low: 1e-5, high: 1e-1 } },
 *       async ({ rate }, trial) => accuracyWith(rate),
 *       { trials: 50, seed: 1, file: 'rates.jsonl' },
 *     );
 *
 * A trial whose objective throws, or returns no finite number, has failed: that is recorded, the search goes on,
 * and it is not tried again. With the same seed, and one trial at a time, the trials are the same; so are those
 * of a study that was killed and goes on from its file, where trials that were running begin anew.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for a wrong space or option; TorchError `ERR_TORCH_FILE` if the
 *   study's file cannot be used or is of another study, `ERR_TORCH_BUSY` while another process uses it
 */
export async function search<const S extends SearchSpace>(
  space: S,
  objective: Objective<S>,
  options: SearchOptions,
): Promise<SearchResult> {
  const read = readSpace(space, 'space', 'search');
  callable(objective, 'objective', 'search');
  const settings = readOptions(SEARCH, options, 'search');
  // The parameters are those of the space by construction, which TypeScript cannot see.
  const own = objective as Objective<SearchSpace>;
  return searchSpace(
    read,
    (params, trial) => own(params as ParamsOf<SearchSpace>, trial),
    settings,
  );
}

type Settings = ReadOptions<typeof SEARCH>;
type AnyObjective = (params: TrialParams, trial: Trial) => Promise<number> | number;

/** As `search`, of a space and options that have been checked. */
export async function searchSpace(
  space: Space,
  objective: AnyObjective,
  settings: Settings,
): Promise<SearchResult> {
  const study = new Study(space, settings);
  const broken = new AbortController();
  const signal = AbortSignal.any([broken.signal, ...(settings.signal ? [settings.signal] : [])]);
  const sampler = samplerOf(space, settings.sampler);
  const next = (): TrialRecord | undefined => {
    if (signal.aborted) return undefined;
    return study.waiting() ?? begin(study, sampler, settings);
  };
  const work = async (): Promise<void> => {
    try {
      for (let record = next(); record !== undefined; record = next()) {
        await runTrial(record, study, objective, settings, signal);
      }
    } catch (error) {
      broken.abort(error);
      throw error;
    }
  };
  try {
    const ended = await Promise.allSettled(Array.from({ length: settings.workers }, work));
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    study.close();
  }
  const trials = study.ranked();
  const best = trials.find(({ state }) => state === 'completed');
  const left = trials.some(({ state }) => state === 'running') || trials.length < settings.trials;
  return { best, trials, ...(left && signal.aborted && { stopped: signal.reason }) };
}

function begin(study: Study, sampler: Sampler, settings: Settings): TrialRecord | undefined {
  const { length: number } = study;
  if (number >= settings.trials) return undefined;
  const random = new RandomSource(settings.seed).fork(number);
  const params = sampler.next(number, study.ranked(), random);
  return params === undefined ? undefined : study.begin(number, params);
}

async function runTrial(
  { number, params }: TrialRecord,
  study: Study,
  objective: AnyObjective,
  { onTrial }: Settings,
  signal: AbortSignal,
): Promise<void> {
  const began = performance.now();
  const trial = new RunningTrial(number, study, signal);
  const outcome = await outcomeOf(trial, () => objective(params, trial), signal);
  // Stopped, not failed: it begins anew when the study goes on.
  if (outcome === undefined) return;
  const seconds = (performance.now() - began) / 1000;
  const ended = study.end(number, { ...outcome, seconds });
  onTrial?.(ended);
}

type Outcome = Pick<TrialRecord, 'value' | 'error'> & { state: 'completed' | 'pruned' | 'failed' };

async function outcomeOf(
  trial: RunningTrial,
  run: () => Promise<number> | number,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  try {
    const value: unknown = await run();
    if (typeof value === 'number' && Number.isFinite(value)) return { state: 'completed', value };
    const received = typeof value === 'number' ? String(value) : typeof value;
    return {
      state: 'failed',
      error: `Expected a finite number of the objective but received ${received}`,
    };
  } catch (error) {
    trial.throwIfBroken();
    if (error instanceof TrialPruned) return { state: 'pruned', value: trial.last };
    if (signal.aborted) return undefined;
    return { state: 'failed', error: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function samplerOf(space: Space, config: SamplerConfig): Sampler {
  switch (config.kind) {
    case 'grid':
      return gridSampler(space, config.points);
    case 'random':
      return randomSampler(space);
    case 'tpe':
      return tpeSampler(space, config);
  }
}
