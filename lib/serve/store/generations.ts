import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { positiveInteger, required, strictObject } from '../../check';
import { TorchError } from '../../errors';
import { parseFileContent, readJsonFile, refuseFile } from '../../files/checked-file';
import { replaceFile } from '../../torch/files/replace-file';
import type { Change } from './changes';
import { Journal, onDisk } from './journal';
import { removePart, syncFolder } from './parts';
import { type Stored, saveSnapshot } from './snapshots';

// `current.json` names the generation that counts, `snapshot-N` is the classifier as saved then, `journal-N.jsonl`
// has the changes since. A new generation is written beside the old one, and counts from the moment when
// `current.json` is replaced.

const CURRENT = 'current.json';
const currentCheck = strictObject({ generation: required(positiveInteger) });
const PART = /^(?:snapshot-(\d+)|journal-(\d+)\.jsonl)$/u;

export function pathsOf(folder: string, generation: number): { snapshot: string; journal: string } {
  return {
    snapshot: join(folder, `snapshot-${generation}`),
    journal: join(folder, `journal-${generation}.jsonl`),
  };
}

/** The generation that counts, and why that was not to be read but found. */
export type Current = { generation: number; lost?: TorchError };

/**
 * Finds the generation that counts. Where `current.json` is lost or damaged it is the only one that has all of
 * its parts: a generation has them before it counts, and those that no longer count are removed.
 *
 * @throws TorchError `ERR_TORCH_FILE` if there is none, or several
 */
export async function currentGeneration(folder: string): Promise<Current> {
  const found = (await onDisk(folder, () => readdir(folder))).flatMap((name) => {
    const [, snapshot, journal] = PART.exec(name) ?? [];
    return snapshot === undefined && journal === undefined ? [] : [Number(snapshot ?? journal)];
  });
  const current = readCurrent(folder);
  if (typeof current === 'number' && found.includes(current)) return { generation: current };
  const path = join(folder, CURRENT);
  const lost =
    typeof current === 'number'
      ? refuseFile(path, 'a generation that is there', `${current}`)
      : current;
  const whole = [...new Set(found)].filter((one) => {
    const { snapshot, journal } = pathsOf(folder, one);
    return existsSync(snapshot) && existsSync(journal);
  });
  const [generation] = whole;
  if (generation !== undefined && whole.length === 1) return { generation, lost };
  const advice =
    generation === undefined
      ? 'there is no whole generation to recover; restore the folder, or remove it to go on without the classifier'
      : `generations ${whole.join(' and ')} are there; choose with a file {"generation": ${Math.max(...whole)}}`;
  throw new TorchError('ERR_TORCH_FILE', `${lost.message}; ${advice}`, { path, cause: lost });
}

function readCurrent(folder: string): number | TorchError {
  const path = join(folder, CURRENT);
  try {
    const content = readJsonFile(path, 'the generation that counts');
    return parseFileContent(path, currentCheck, content, 'the generation that counts').generation;
  } catch (error) {
    if (error instanceof TorchError) return error;
    throw error;
  }
}

/** Writes a snapshot and an empty journal. Neither is left if that fails. */
export async function beginGeneration(
  folder: string,
  generation: number,
  classifier: Stored,
): Promise<Journal<Change>> {
  const { snapshot, journal: path } = pathsOf(folder, generation);
  let journal: Journal<Change> | undefined;
  try {
    await saveSnapshot(snapshot, classifier);
    journal = await Journal.create(path);
    await onDisk(folder, async () => {
      await syncFolder(snapshot);
      await syncFolder(folder);
    });
    return journal;
  } catch (error) {
    await journal?.close();
    for (const part of [snapshot, path]) await removePart(part);
    throw error;
  }
}

/** From here on a generation counts. */
export function makeCurrent(folder: string, generation: number): void {
  replaceFile(join(folder, CURRENT), [Buffer.from(`${JSON.stringify({ generation })}\n`)]);
}

/** Removes what is left of other generations than the one to keep, after a crash or a failure. */
export async function clear(folder: string, keep: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, snapshot, journal] = PART.exec(name) ?? [];
    const generation = snapshot ?? journal;
    if (generation === undefined || Number(generation) === keep) continue;
    await removePart(join(folder, name));
  }
}

/** Refuses a folder that still has files of another generation. @throws TorchError `ERR_TORCH_FILE` */
export async function requireOnly(folder: string, generation: number): Promise<void> {
  await onDisk(folder, () => syncFolder(folder));
  for (const name of await onDisk(folder, () => readdir(folder))) {
    const [, snapshot, journal] = PART.exec(name) ?? [];
    const found = snapshot ?? journal;
    if (found === undefined || Number(found) === generation) continue;
    const path = join(folder, name);
    const message = `Cannot remove ${path}, which holds texts that are to be forgotten; remove it by hand`;
    throw new TorchError('ERR_TORCH_FILE', message, { path });
  }
}
