import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TextDataset } from '../../text';
import { asJson } from '../../train/as-json';
import type { RunConfig } from '../../train/runs/config';
import { fitConfig } from '../../train/runs/fit';
import { loadRunData } from '../../train/runs/run-data';
import { search } from '../../train/search/search';
import { interruptible } from '../interrupt';
import { forUser } from '../user-error';
import { leaderboard, trialLine } from './lines';
import { readStudyConfig } from './study-config';

export type SearchCommandOptions = { json?: boolean; quiet?: boolean };

/** Searches what a config file says, and prints the trials from best to worst. */
export async function runSearch(path: string, options: SearchCommandOptions): Promise<void> {
  const study = await forUser(() => readStudyConfig(path));
  const { study: file, ...settings } = study.settings;
  const about = createHash('sha256').update(JSON.stringify(study.base)).digest('hex');
  const folder = mkdtempSync(join(tmpdir(), 'metatorch-search-'));
  const accuracyOf = objectiveIn(folder);
  await interruptible(async (signal) => {
    const result = await forUser(() =>
      search(study.space, (params, trial) => accuracyOf(study.configOf(params), trial.signal), {
        ...settings,
        ...(file !== undefined && { file }),
        about,
        signal,
        onTrial: (trial) => {
          if (!options.quiet) console.error(trialLine(trial));
        },
      }),
    );
    const { best, trials } = result;
    // After what is printed below: a search that found nothing has failed.
    if (best === undefined && trials.length > 0 && !signal.aborted) process.exitCode = 1;
    if (options.json) {
      const all = trials.map(({ reports: _, ...trial }) => trial);
      console.log(JSON.stringify(asJson({ study: file, best: best?.number, trials: all })));
      return;
    }
    console.log(leaderboard(trials).join('\n'));
    if (!signal.aborted) return;
    console.log(
      file === undefined
        ? 'Stopped. Name a file by search.study to go on later.'
        : `Stopped. The same command goes on from ${file}`,
    );
  }).finally(() => rmSync(folder, { recursive: true, force: true }));
}

/**
 * The accuracy in validation, of several seeds their mean; the test is not looked at. Data, and the vectors of a
 * frozen encoder, are there for the trials that follow.
 */
function objectiveIn(folder: string) {
  const datasets = new Map<string, TextDataset>();
  const datasetOf = async (data: NonNullable<RunConfig['data']>, signal: AbortSignal) => {
    const key = JSON.stringify(data);
    const dataset = datasets.get(key) ?? (await loadRunData(data, signal));
    datasets.set(key, dataset);
    return dataset;
  };
  return async ({ data, ...config }: RunConfig, signal: AbortSignal): Promise<number> => {
    const { evaluation, features = folder } = config;
    const dataset = data && (await datasetOf(data, signal));
    const shots = evaluation.shots.slice(0, 1);
    const { model, runs } = await fitConfig(
      dataset,
      { ...config, features, evaluation: { ...evaluation, test: 2, shots } },
      { signal },
    );
    model.dispose();
    // A run that was stopped has a model all the same, which says nothing of its parameters.
    signal.throwIfAborted();
    const accuracies = runs.flatMap(({ validation }) => validation?.accuracy?.mean ?? []);
    if (accuracies.length < runs.length) {
      throw new Error('Expected an accuracy of validation; leave classes to it in splits');
    }
    return accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length;
  };
}
