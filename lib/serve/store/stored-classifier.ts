import { mkdir, readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TorchError } from '../../errors';
import { warnOf } from '../../warnings';
import type { AdditionOptions } from '../setup';
import { applyChange, type Change, changeCheck } from './changes';
import {
  beginGeneration,
  clear,
  currentGeneration,
  makeCurrent,
  pathsOf,
  requireOnly,
} from './generations';
import { Journal, onDisk } from './journal';
import { removePart, syncFolder } from './parts';
import { loadSnapshot, type Shared, type Stored } from './snapshots';

/** Beyond this a journal is folded into a new snapshot: replaying it would take seconds. */
const MOST_CHANGES = 1000;
const MOST_BYTES = 4 * 2 ** 20;

/** Folders that are not to be read as classifiers: those that are being made, or were forgotten. */
const BEGUN = '.begun-';
const REMOVED = '.removed-';

/** Removes what a store's folder has of classifiers that were never stored to the end, or were forgotten. */
export async function clearStore(folder: string): Promise<void> {
  for (const name of await onDisk(folder, () => readdir(folder))) {
    if (name.startsWith(BEGUN) || name.startsWith(REMOVED)) await removePart(join(folder, name));
  }
}

/**
 * A classifier in a folder, in generations; see `generations.ts`. The folder has its name as long as there is a
 * classifier in it, and another one before and after.
 */
export class StoredClassifier {
  readonly #folder: string;
  readonly #mostChanges: number;
  #classifier: Stored;
  /** The last generation that was begun. */
  #generation: number;
  #journal: Journal<Change>;
  /** True if it is not known which generation counts on the disk. */
  #uncertain = false;

  private constructor(
    folder: string,
    classifier: Stored,
    generation: number,
    journal: Journal<Change>,
    mostChanges: number,
  ) {
    this.#folder = folder;
    this.#classifier = classifier;
    this.#generation = generation;
    this.#journal = journal;
    this.#mostChanges = mostChanges;
  }

  /** Stores a classifier in a folder of its own, and from then on owns it. @throws TorchError `ERR_TORCH_FILE` */
  static async create(
    folder: string,
    classifier: Stored,
    mostChanges = MOST_CHANGES,
  ): Promise<StoredClassifier> {
    const begun = join(dirname(folder), `${BEGUN}${basename(folder)}`);
    await removePart(begun);
    try {
      await onDisk(folder, () => mkdir(begun, { recursive: true }));
      await (await beginGeneration(begun, 1, classifier)).close();
      makeCurrent(begun, 1);
      await onDisk(folder, () => moved(begun, folder));
      const { journal } = await Journal.open(pathsOf(folder, 1).journal, changeCheck);
      return new StoredClassifier(folder, classifier, 1, journal, mostChanges);
    } catch (error) {
      await removePart(begun);
      throw error;
    }
  }

  /**
   * Opens what is in a folder: the snapshot, and on it the changes of the journal. A `current.json` that is
   * lost or damaged is written anew, with a warning `METATORCH_STORE_RECOVERED`.
   *
   * @throws TorchError `ERR_TORCH_FILE` if another file is missing or damaged
   */
  static async open(
    folder: string,
    shared: Shared,
    mostChanges = MOST_CHANGES,
  ): Promise<StoredClassifier> {
    const { generation, lost } = await currentGeneration(folder);
    const { snapshot, journal: path } = pathsOf(folder, generation);
    const classifier = await loadSnapshot(snapshot, shared);
    let journal: Journal<Change> | undefined;
    try {
      const opened = await Journal.open(path, changeCheck);
      journal = opened.journal;
      await replay(classifier, opened.changes, path);
      if (lost !== undefined) {
        makeCurrent(folder, generation);
        const what = `snapshot-${generation} with ${opened.changes.length} changes`;
        warnOf('METATORCH_STORE_RECOVERED', `${lost.message}; recovered ${what}`);
      }
      await clear(folder, generation);
      return new StoredClassifier(folder, classifier, generation, journal, mostChanges);
    } catch (error) {
      await journal?.close();
      await classifier.close();
      throw error;
    }
  }

  get classifier(): Stored {
    return this.#classifier;
  }

  /** Makes a change, which lasts from then on. Changes must come one after another. */
  async change(change: Change, options: AdditionOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    // After a failed write files cannot be trusted; a new snapshot stands for all that is.
    if (this.#journal.broken || this.#uncertain) await this.compact();
    await applyChange(this.#classifier, change, options);
    // Journal and snapshot hold the texts that are to be forgotten: what is written anew must take their place.
    if (change.type === 'removeOwner') return this.#compactForGood();
    await this.#journal.append(change);
    if (this.#journal.length >= this.#mostChanges || this.#journal.bytes >= MOST_BYTES) {
      // The change is safe already; if this fails, it is tried again after the next.
      await this.compact().catch(() => undefined);
    }
  }

  /** Folds the journal into a new snapshot. */
  compact(): Promise<void> {
    return this.#next(this.#classifier);
  }

  /** As `compact`. @throws TorchError `ERR_TORCH_FILE` if a file of before is still there */
  async #compactForGood(): Promise<void> {
    await this.compact();
    await requireOnly(this.#folder, this.#generation);
  }

  /** Stores another classifier in the place of this one, which is closed. */
  async replace(classifier: Stored): Promise<void> {
    const before = this.#classifier;
    await this.#next(classifier);
    this.#classifier = classifier;
    await before.close();
  }

  /** Forgets everything, for good. */
  async remove(): Promise<void> {
    const removed = join(dirname(this.#folder), `${REMOVED}${basename(this.#folder)}`);
    await removePart(removed);
    await onDisk(this.#folder, () => moved(this.#folder, removed));
    await this.close();
    await removePart(removed);
  }

  async close(): Promise<void> {
    await this.#journal.close();
    await this.#classifier.close();
  }

  async #next(classifier: Stored): Promise<void> {
    const generation = ++this.#generation;
    const journal = await beginGeneration(this.#folder, generation, classifier);
    this.#uncertain = true;
    try {
      makeCurrent(this.#folder, generation);
    } catch (error) {
      await journal.close();
      throw error;
    }
    this.#uncertain = false;
    const before = this.#journal;
    this.#journal = journal;
    await before.close();
    await clear(this.#folder, generation);
  }
}

async function replay(classifier: Stored, changes: readonly Change[], path: string): Promise<void> {
  for (const [i, change] of changes.entries()) {
    try {
      await applyChange(classifier, change);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `Cannot load ${path}: the change in line ${i + 1} does not fit: ${reason}`;
      throw new TorchError('ERR_TORCH_FILE', message, { path, cause });
    }
  }
}

/** Gives a folder another name, for good. */
async function moved(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}
