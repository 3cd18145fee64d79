import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { baseDigest, copyBase } from '../../train/runs/base-model';
import { MetaModelPool } from '../adapted/meta-model-pool';
import { onDisk } from './journal';
import { removePart, syncFolder } from './parts';

/** The folder of a store in which its meta-trained models are, each under its digest. */
const MODELS = '.models';
const BEGUN = '.begun-';

/**
 * The meta-trained models of a store's classifiers: each once on the disk, without examples, and once in threads,
 * however many classifiers adapt it.
 */
export class StoredModels {
  readonly #store: string;
  readonly #folder: string;
  readonly #workers: number;
  readonly #pools = new Map<string, Promise<MetaModelPool>>();
  readonly #opened: MetaModelPool[] = [];

  /** @param workers threads for each model */
  constructor(store: string, workers: number) {
    this.#store = store;
    this.#folder = join(store, MODELS);
    this.#workers = workers;
  }

  /** Copies a saved model into the store, unless it is there. @throws TorchError `ERR_TORCH_FILE` */
  async takeIn(folder: string): Promise<MetaModelPool> {
    const digest = baseDigest(folder);
    const path = join(this.#folder, digest);
    if (!existsSync(path)) await onDisk(path, () => this.#copy(folder, path));
    return this.get(digest);
  }

  /** The model of a digest. @throws TorchError `ERR_TORCH_FILE` if it is missing or damaged */
  get(digest: string): Promise<MetaModelPool> {
    const before = this.#pools.get(digest);
    if (before !== undefined) return before;
    const opening = MetaModelPool.open(join(this.#folder, digest), { workers: this.#workers });
    this.#pools.set(digest, opening);
    opening.then(
      (pool) => this.#opened.push(pool),
      () => this.#pools.delete(digest),
    );
    return opening;
  }

  /** Those that are in threads. */
  opened(): readonly MetaModelPool[] {
    return this.#opened;
  }

  /** Removes models that nothing has asked for, and what a crash has left of one. */
  async clear(): Promise<void> {
    for (const name of await readdir(this.#folder).catch(() => [])) {
      if (!this.#pools.has(name)) await removePart(join(this.#folder, name));
    }
  }

  /** Ends the threads of all. */
  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#pools.values());
    await Promise.all(
      opened.map((pool) => (pool.status === 'fulfilled' ? pool.value.close() : undefined)),
    );
  }

  async #copy(from: string, to: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const begun = await mkdtemp(join(this.#folder, BEGUN));
    try {
      await copyBase(from, begun);
      await syncFolder(begun);
      await rename(begun, to);
      await syncFolder(this.#folder);
      await syncFolder(this.#store);
    } catch (error) {
      await removePart(begun);
      // Another import of the same model was first.
      if (!existsSync(to)) throw error;
    }
  }
}
