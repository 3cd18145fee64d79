import { readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeFolders, onDisk } from '../../files/on-disk';
import { syncFolder } from '../../torch/files/replace-file';

const NAME = /^step-(\d{9,16})\.safetensors$/;
const DIGITS = 9;

/** A checkpoint in a folder. */
export type StoredCheckpoint = { readonly step: number; readonly path: string };

export function checkpointPath(folder: string, step: number): string {
  return join(folder, `step-${String(step).padStart(DIGITS, '0')}.safetensors`);
}

/** The checkpoints in a folder, the latest first; none if there is no such folder. */
export function storedCheckpoints(folder: string): StoredCheckpoint[] {
  return onDisk(folder, 'read', () => namesIn(folder))
    .flatMap((name) => {
      const step = NAME.exec(name)?.[1];
      return step === undefined ? [] : [{ step: Number(step), path: join(folder, name) }];
    })
    .sort((a, b) => b.step - a.step);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (Object(error).code === 'ENOENT') return [];
    throw error;
  }
}

/** Makes a folder, with those above it, such that it is there after a crash as well. */
export function makeCheckpointFolder(folder: string): void {
  const first = onDisk(folder, 'make', () => makeFolders(folder));
  if (first === undefined) return;
  for (let at = resolve(folder); ; at = dirname(at)) {
    syncFolder(dirname(at));
    if (at === resolve(first)) return;
  }
}

/** Keeps the latest checkpoints, and that of one more step, and removes the others. */
export function prune(folder: string, keep: number, alsoStep: number | undefined): void {
  for (const { step, path } of storedCheckpoints(folder).slice(keep)) {
    if (step !== alsoStep) onDisk(folder, 'tidy', () => rmSync(path, { force: true }));
  }
}

/** Takes a checkpoint that was refused out of the way of those to come, and gives its new name. */
export function setAside(path: string): string {
  const aside = `${path}.refused`;
  onDisk(path, 'set aside', () => renameSync(path, aside));
  return aside;
}
