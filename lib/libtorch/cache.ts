import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Flavour } from './inspect';
import { DEFAULT_VERSION, newerFirst } from './versions';

const TEMPORARY_PREFIX = '.incomplete-';
const DAY_MS = 24 * 60 * 60 * 1000;

/** Where fetched libtorch builds are kept. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.METATORCH_CACHE) return env.METATORCH_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'metatorch');
  return join(homedir(), '.cache', 'metatorch');
}

/** The cache's folder for one libtorch build. */
export function cacheEntry(version: string, flavour: Flavour, env?: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), `libtorch-${version}-${flavour}`);
}

/** libtorch's root inside a cache entry: CUDA builds lie beside the `nvidia` folder they need. */
export function entryRoot(entry: string, flavour: Flavour): string {
  return flavour === 'cuda' ? join(entry, 'torch') : entry;
}

/** The entries for one flavour: the default version first, then the others, newest first. */
export function cachedEntries(flavour: Flavour, env?: NodeJS.ProcessEnv): string[] {
  const pattern = new RegExp(`^libtorch-(\\d+\\.\\d+\\.\\d+)-${flavour}$`);
  const versions = list(cacheFolder(env)).flatMap((name) => pattern.exec(name)?.[1] ?? []);
  const others = versions.filter((version) => version !== DEFAULT_VERSION).sort(newerFirst);
  const ordered = versions.includes(DEFAULT_VERSION) ? [DEFAULT_VERSION, ...others] : others;
  return ordered.map((version) => cacheEntry(version, flavour, env));
}

/**
 * Runs `work` with a new folder in the cache, on the same file system as the entries so that
 * a finished build can be renamed into place, and removes what is left of it afterwards.
 */
export async function withTemporaryFolder<T>(
  env: NodeJS.ProcessEnv,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const cache = cacheFolder(env);
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, TEMPORARY_PREFIX));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes what interrupted runs left more than a day ago; a younger one may still be running. */
export function removeLeftovers(env: NodeJS.ProcessEnv, now = Date.now()): void {
  for (const name of list(cacheFolder(env))) {
    if (!name.startsWith(TEMPORARY_PREFIX)) continue;
    const path = join(cacheFolder(env), name);
    const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (now - touched > DAY_MS) rmSync(path, { recursive: true, force: true });
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
