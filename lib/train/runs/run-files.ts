import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FolderLock } from '../../files/folder-lock';
import { onDisk } from '../../files/on-disk';
import { CONFIG_FILE } from '../checkpoint';

const RUN_CONFIG = 'run.yaml';
const RUN_RESULTS = 'run.json';
const RUN_LOCK = 'run.lock';
const PREDICTIONS = /^predictions-\d+-shot(-seed-\d+)?\.jsonl$/;

/** The config that is kept beside a model. */
export function runConfig(folder: string): string {
  return join(folder, RUN_CONFIG);
}

/** What came of the run. */
export function runResults(folder: string): string {
  return join(folder, RUN_RESULTS);
}

/** Where the predictions of a test are. @param seed if there are several */
export function predictionsFile(folder: string, shots: number, seed?: number): string {
  const name = seed === undefined ? `${shots}-shot` : `${shots}-shot-seed-${seed}`;
  return join(folder, `predictions-${name}.jsonl`);
}

/**
 * Does what writes a model into a folder, while nobody else does.
 *
 * @throws TorchError `ERR_TORCH_BUSY` if somebody else does already
 */
export async function withRunLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = new FolderLock(resolve(folder), RUN_LOCK);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** What a folder holds, but for the lock. */
export function contentsOf(folder: string): string[] {
  return readdirSync(folder).filter((name) => name !== RUN_LOCK);
}

/** What tells the model in a folder from others; undefined if there is none. */
export function modelIn(folder: string): string | undefined {
  const path = join(folder, CONFIG_FILE);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Saves a model. What tests of another one that it replaces have left goes with that. */
export function replaceModel(folder: string, save: () => void): void {
  const before = modelIn(folder);
  save();
  if (before === undefined || before === modelIn(folder)) return;
  onDisk(folder, 'remove earlier predictions', () => {
    for (const name of readdirSync(folder)) {
      if (name === RUN_RESULTS || PREDICTIONS.test(name)) rmSync(join(folder, name));
    }
  });
}
