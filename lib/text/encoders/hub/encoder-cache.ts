import { readFileSync, statSync } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import {
  type Check,
  listOf,
  matching,
  notNegative,
  required,
  someProperties,
  string,
} from '../../../check';
import { onDisk } from '../../../download/file-download';

import { TorchError } from '../../../errors';
import { cacheFolder } from '../../../libtorch/cache';
import { systemCodeOf } from '../../../libtorch/reasons';
import { replaceFile } from '../../../torch/files/replace-file';
import type { HubFile } from './encoder-files';

/** The file of a downloaded encoder that says what it consists of. */
const MANIFEST = '.metatorch-encoder.json';

const manifestCheck = someProperties({
  name: required(string),
  commit: required(string),
  files: required(listOf(someProperties({ path: required(string), size: required(notNegative) }))),
});
const refCheck = someProperties({
  commit: required(matching(/^[0-9a-f]{40}$/, '40 hexadecimal digits')),
});

/** An encoder that has been downloaded. */
export type CachedEncoder = {
  readonly name: string;
  /** The commit of its repository. */
  readonly commit: string;
  readonly folder: string;
  /** Bytes of all files. */
  readonly size: number;
};

/**
 * The place of one repository in the cache. `blobs` has each content once, by its digest, `commits` a
 * folder for each commit with links to it, and `revisions` what branches and tags were at last.
 */
export class EncoderCache {
  readonly #root: string;
  readonly #name: string;

  constructor(cache: string, name: string) {
    this.#name = name;
    this.#root = join(cache, name.replace('/', '--'));
  }

  /** Where a commit's files are, or will be. */
  folderOf(commit: string): string {
    return join(this.#root, 'commits', commit);
  }

  blobOf(file: HubFile): string {
    return join(this.#root, 'blobs', file.digest.hex);
  }

  /** The commit that a revision was at last, if it is one or has been asked for. */
  commitOf(revision: string): string | undefined {
    if (/^[0-9a-f]{40}$/.test(revision)) return revision;
    return readJson(this.#refOf(revision), refCheck)?.commit;
  }

  async setCommitOf(revision: string, commit: string): Promise<void> {
    const path = this.#refOf(revision);
    await onDisk(path, () => mkdir(dirname(path), { recursive: true }));
    replaceFile(path, [Buffer.from(`${JSON.stringify({ commit })}\n`)]);
  }

  /** Files of a commit that are missing or of another size; undefined if it was never downloaded. */
  missingOf(commit: string): string[] | undefined {
    const folder = this.folderOf(commit);
    const manifest = readJson(join(folder, MANIFEST), manifestCheck);
    return manifest?.files
      .filter(({ path, size }) => sizeOf(join(folder, path)) !== size)
      .map(({ path }) => path);
  }

  /** Makes the folder of a commit of blobs that are all there: it appears whole or not at all. */
  async assemble(commit: string, files: readonly HubFile[]): Promise<void> {
    const folder = this.folderOf(commit);
    await onDisk(folder, async () => {
      await mkdir(dirname(folder), { recursive: true });
      const staging = await mkdtemp(join(this.#root, '.assembled-'));
      try {
        for (const file of files) {
          const path = join(staging, file.path);
          await mkdir(dirname(path), { recursive: true });
          // Not every file system has links.
          await link(this.blobOf(file), path).catch(() => copyFile(this.blobOf(file), path));
        }
        const contents = files.map(({ path, size }) => ({ path, size }));
        const manifest = { name: this.#name, commit, files: contents };
        replaceFile(join(staging, MANIFEST), [
          Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`),
        ]);
        await this.#putInPlace(staging, folder, commit);
      } finally {
        await rm(staging, { recursive: true, force: true });
      }
    });
  }

  /** Another process may have been faster; a damaged folder is moved out of the way. */
  async #putInPlace(staging: string, folder: string, commit: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await rename(staging, folder);
      } catch (error) {
        const isTaken = ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemCodeOf(error) ?? '');
        if (!isTaken || attempt > 1) throw error;
      }
      if (this.missingOf(commit)?.length === 0) return;
      const damaged = `${staging}-damaged`;
      await rename(folder, damaged).catch(() => undefined);
      await rm(damaged, { recursive: true, force: true });
    }
  }

  #refOf(revision: string): string {
    return join(this.#root, 'revisions', `${encodeURIComponent(revision)}.json`);
  }
}

/** Where encoders are kept: `encoders` in metatorch's cache. */
export function encodersFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), 'encoders');
}

/**
 * The encoders in a cache that are whole, by name.
 *
 * @throws ArgumentTypeError if `cache` is not a string; TorchError `ERR_TORCH_FILE` if it cannot be read
 */
export async function listEncoders(cache: string = encodersFolder()): Promise<CachedEncoder[]> {
  string(cache, 'cache', 'listEncoders');
  const found: CachedEncoder[] = [];
  for (const repository of (await namesIn(cache)).sort()) {
    const commits = join(cache, repository, 'commits');
    for (const commit of (await namesIn(commits)).sort()) {
      const folder = join(commits, commit);
      const manifest = readJson(join(folder, MANIFEST), manifestCheck);
      if (manifest === undefined) continue;
      const size = manifest.files.reduce((sum, file) => sum + file.size, 0);
      found.push({ name: manifest.name, commit, folder, size });
    }
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return [];
    throw new TorchError('ERR_TORCH_FILE', `Cannot read ${folder}`, { path: folder, cause: error });
  }
}

/** What a file of the cache's own holds; undefined if it is not there, or damaged. */
function readJson<T>(path: string, check: Check<T>): T | undefined {
  try {
    return check(JSON.parse(readFileSync(path, 'utf8')), 'content', path);
  } catch {
    return undefined;
  }
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
