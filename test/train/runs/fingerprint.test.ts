import { join } from 'node:path';
import { datasetFromRows } from '../../../lib/text';
import { fit as fitRun, type RunInput } from '../../../lib/train';
import { temporaryFolder } from '../../helpers/folders';
import { CLASSES, SMALL_RUN } from './small-run';

const folder = temporaryFolder();

const rowsOf = (word: string) =>
  CLASSES.flatMap((label) => [1, 2, 3, 4].map((i) => ({ text: `${label} ${word} ${i}`, label })));
const RUN: RunInput = { ...SMALL_RUN, evaluation: { test: 2, shots: 1 } };

/** Trains on rows with a word in them, in one folder of checkpoints. */
async function run(word: string, change: Partial<RunInput>, resume: boolean): Promise<void> {
  const hooks = { checkpoints: join(folder(), 'checkpoints'), resume };
  const { model } = await fitRun(datasetFromRows(rowsOf(word)), { ...RUN, ...change }, hooks);
  model.dispose();
}

test('a run goes on with the seed and the texts that it began with, however it is tested', async () => {
  const other = 'expected a run of the same options and data';
  await run('number', { seeds: 1 }, false);
  await expect(run('number', { seeds: 2 }, true)).rejects.toThrow(other);
  await expect(run('figure', { seeds: 1 }, true)).rejects.toThrow(other);
  await expect(run('number', { steps: 3 }, true)).rejects.toThrow(other);
  await run('number', { evaluation: { test: 4, shots: 1 }, features: folder() }, true);
});
