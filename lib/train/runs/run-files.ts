import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onDisk } from '../../files/on-disk';

/** The config that is kept beside a model. */
export const RUN_CONFIG = 'run.yaml';
/** What came of the run. */
const RUN_RESULTS = 'run.json';
const PREDICTIONS = /^predictions-\d+-shot(-seed-\d+)?\.jsonl$/;

/** Where the results of a run are. */
export function runResults(folder: string): string {
  return join(folder, RUN_RESULTS);
}

/** Where the predictions of a test are. @param seed if there are several */
export function predictionsFile(folder: string, shots: number, seed?: number): string {
  const name = seed === undefined ? `${shots}-shot` : `${shots}-shot-seed-${seed}`;
  return join(folder, `predictions-${name}.jsonl`);
}

/** Removes what tests of the model that was in the folder have left: a new one has not answered so. */
export function removeTests(folder: string): void {
  onDisk(folder, 'remove earlier predictions', () => {
    for (const name of readdirSync(folder)) {
      if (name === RUN_RESULTS || PREDICTIONS.test(name)) rmSync(join(folder, name));
    }
  });
}
