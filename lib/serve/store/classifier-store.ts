import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  atOnce,
  type OptionsOf,
  optional,
  positiveInteger,
  type ReadOptions,
  readOptions,
  string,
  withDefault,
} from '../../check';
import { outOfRange, TorchError } from '../../errors';
import { FolderLock } from '../../files/folder-lock';
import type { MetaModelPool } from '../adapted/meta-model-pool';
import { EncoderPool } from '../encoder-pool';
import { type ExamplesInput, examplesNow } from '../examples/read-examples';
import { makeFolder } from '../folders';
import { ADDITION, type AdditionOptions, encoderPool } from '../setup';
import { type Change, changeNow } from './changes';
import { type Classifiers, classifierName, type FitSettings, type Pool } from './classifiers';
import { fitClassifier, fitSignal } from './fit-classifier';
import { onDisk } from './journal';
import { type Stored, takeIn } from './snapshots';
import { requireStore } from './store-mark';
import { clearStore, StoredClassifier } from './stored-classifier';
import { StoredModels } from './stored-models';
import { Turns } from './turns';
import { unknownClassifier } from './unknown-classifier';

const OPERATOR = 'ClassifierStore.open';

const OPTIONS = {
  /** The threads for its classifiers, which stay the caller's. Default: threads of its own. */
  pool: optional(encoderPool),
  /** Changes of a classifier after which its journal is folded into a new snapshot. Default: 1,000. */
  compactAfter: withDefault(positiveInteger, 1000),
  /**
   * The folder of a meta-trained model, which `put` adapts to examples instead of fitting a head. The store has a copy
   * of it from then on. Default: none.
   */
  model: optional(string),
  /** Threads for each meta-trained model. Default: 1. */
  workers: withDefault(atOnce, 1),
};

export type StoreOptions = OptionsOf<typeof OPTIONS>;
type Settings = ReadOptions<typeof OPTIONS>;

/**
 * Classifiers in a folder, where every change that was accepted outlives the process, however it ends.
 *
 *     await using store = await ClassifierStore.open('classifiers');
 *     await store.put('cards', examples, {});
 *     const server = createServer(store);
 *
 * One process uses a store at a time. A change is accepted, and its promise fulfilled, once it has taken effect
 * and its line in the journal is on the disk.
 */
export class ClassifierStore implements Classifiers {
  readonly #folder: string;
  readonly #lock: FolderLock;
  readonly #pool: EncoderPool;
  readonly #ownsPool: boolean;
  readonly #compactAfter: number;
  readonly #models: StoredModels;
  /** The model that `put` adapts. */
  #model: MetaModelPool | undefined;
  readonly #stored = new Map<string, StoredClassifier>();
  readonly #turns = new Turns();
  #closed: Promise<void> | undefined;

  private constructor(folder: string, lock: FolderLock, pool: EncoderPool, settings: Settings) {
    this.#folder = folder;
    this.#lock = lock;
    this.#pool = pool;
    this.#ownsPool = settings.pool === undefined;
    this.#compactAfter = settings.compactAfter;
    this.#models = new StoredModels(folder, settings.workers);
  }

  /**
   * Opens the store in a folder, which is made if it is not there.
   *
   * @throws TorchError `ERR_TORCH_BUSY` if another process uses it; `ERR_TORCH_FILE` that names file and line
   *   if one is damaged, or if the folder holds other things
   */
  static async open(folder: string, options: StoreOptions = {}): Promise<ClassifierStore> {
    const settings = readOptions(OPTIONS, options, OPERATOR);
    const path = resolve(string(folder, 'folder', OPERATOR));
    await makeFolder(path);
    await requireStore(path);
    const lock = new FolderLock(path);
    try {
      const pool = settings.pool ?? (await EncoderPool.open());
      const store = new ClassifierStore(path, lock, pool, settings);
      await store.#load(settings.model).catch(async (error: unknown) => {
        await store.close();
        throw error;
      });
      return store;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get pool(): EncoderPool {
    return this.#pool;
  }

  names(): readonly string[] {
    return [...this.#stored.keys()];
  }

  get(name: string): Stored | undefined {
    return this.#stored.get(name)?.classifier;
  }

  pools(): readonly Pool[] {
    return [this.#pool, ...this.#models.opened()];
  }

  async change(name: string, change: Change, options: AdditionOptions = {}): Promise<void> {
    const own = changeNow(change);
    const read = readOptions(ADDITION, options, 'change');
    return this.#inTurn(name, () => this.#require(name).change(own, read));
  }

  async put(name: string, examples: ExamplesInput, settings: FitSettings = {}): Promise<void> {
    classifierName(name, 'put');
    const signal = fitSignal(settings);
    const given = examplesNow(examples);
    return this.#inTurn(name, async () => {
      signal?.throwIfAborted();
      const makers = { pool: () => this.#pool, model: this.#model };
      await this.#keep(name, await fitClassifier(given, settings, makers));
    });
  }

  /**
   * Takes in a saved classifier, or a meta-trained model with the examples that it is adapted to.
   *
   * @throws TorchError `ERR_TORCH_FILE` if it is missing, damaged or without examples; ArgumentRangeError if the name
   *   is taken
   */
  async import(name: string, folder: string): Promise<void> {
    classifierName(name, 'import');
    string(folder, 'folder', 'import');
    return this.#inTurn(name, async () => {
      if (this.#stored.has(name)) throw outOfRange('a new name', 'name of import', name, 'import');
      await this.#keep(name, await takeIn(folder, this.#shared));
    });
  }

  async remove(name: string): Promise<void> {
    return this.#inTurn(name, async () => {
      await this.#require(name).remove();
      this.#stored.delete(name);
    });
  }

  /** Waits for changes under way, then frees everything and lets others open the store. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#turns.idle();
    try {
      await Promise.all([...this.#stored.values()].map((stored) => stored.close()));
      this.#stored.clear();
      await this.#models.close();
      if (this.#ownsPool) await this.#pool.close();
    } finally {
      this.#lock.release();
    }
  }

  get #shared() {
    return { pool: this.#pool, models: this.#models };
  }

  async #load(model: string | undefined): Promise<void> {
    await clearStore(this.#folder);
    for (const name of await readdir(this.#folder)) {
      const folder = join(this.#folder, name);
      // Of links, what they lead to.
      if (name.startsWith('.') || !(await onDisk(folder, () => stat(folder))).isDirectory())
        continue;
      classifierName(name, OPERATOR);
      const stored = await StoredClassifier.open(folder, this.#shared, this.#compactAfter);
      this.#stored.set(name, stored);
    }
    if (model !== undefined) this.#model = await this.#models.takeIn(model);
    await this.#models.clear();
  }

  /** Stores a classifier under a name; it is closed if that fails. */
  async #keep(name: string, classifier: Stored): Promise<void> {
    const before = this.#stored.get(name);
    try {
      if (before !== undefined) return await before.replace(classifier);
      const folder = join(this.#folder, name);
      const stored = await StoredClassifier.create(folder, classifier, this.#compactAfter);
      this.#stored.set(name, stored);
    } catch (error) {
      await classifier.close();
      throw error;
    }
  }

  #require(name: string): StoredClassifier {
    const stored = this.#stored.get(name);
    if (stored === undefined) throw unknownClassifier(name);
    return stored;
  }

  async #inTurn<T>(name: string, task: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new TorchError('ERR_TORCH_DISPOSED', 'The store is closed');
    return this.#turns.run(name, task);
  }
}
