import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { positiveInteger, required, strictObject } from '../../check';
import { parseFileContent, readJsonFile } from '../../checked-file';
import { TorchError } from '../../errors';
import { replaceFile } from '../../torch/files/replace-file';
import type { EncoderPool } from '../encoder-pool';
import { FewShotClassifier } from '../few-shot-classifier';
import { applyChange, type Change } from './changes';
import { Journal, onDisk } from './journal';

const CURRENT = 'current.json';
const currentCheck = strictObject({ generation: required(positiveInteger) });

/** Beyond this a journal is folded into a new snapshot: replaying it would take seconds. */
const MOST_CHANGES = 1000;
const MOST_BYTES = 4 * 2 ** 20;

/**
 * A classifier in a folder: `current.json` names the generation that counts, `snapshot-N` is the classifier as
 * saved then, `journal-N.jsonl` has the changes since. A new generation is written beside the old one, and
 * counts from the moment when `current.json` is replaced.
 */
export class StoredClassifier {
  readonly #folder: string;
  readonly #mostChanges: number;
  #classifier: FewShotClassifier;
  /** The last generation that was begun. */
  #generation: number;
  #journal: Journal;
  /** True if it is not known which generation counts on the disk. */
  #uncertain = false;

  private constructor(
    folder: string,
    classifier: FewShotClassifier,
    generation: number,
    journal: Journal,
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
    classifier: FewShotClassifier,
    mostChanges = MOST_CHANGES,
  ): Promise<StoredClassifier> {
    await onDisk(folder, () => mkdir(folder, { recursive: true }));
    await clear(folder, undefined);
    const journal = await beginGeneration(folder, 1, classifier);
    try {
      makeCurrent(folder, 1);
    } catch (error) {
      await journal.close();
      throw error;
    }
    return new StoredClassifier(folder, classifier, 1, journal, mostChanges);
  }

  /**
   * Opens what is in a folder: the snapshot, and on it the changes of the journal. Undefined if nothing has
   * ever been stored there to the end.
   *
   * @throws TorchError `ERR_TORCH_FILE` if a file is missing or damaged
   */
  static async open(
    folder: string,
    pool: EncoderPool,
    mostChanges = MOST_CHANGES,
  ): Promise<StoredClassifier | undefined> {
    const generation = await currentGeneration(folder);
    if (generation === undefined) return undefined;
    await clear(folder, generation);
    const { snapshot, journal: path } = pathsOf(folder, generation);
    const classifier = await FewShotClassifier.load(snapshot, { pool });
    try {
      const { journal, changes } = await Journal.open(path);
      await replay(classifier, changes, path);
      return new StoredClassifier(folder, classifier, generation, journal, mostChanges);
    } catch (error) {
      await classifier.close();
      throw error;
    }
  }

  get classifier(): FewShotClassifier {
    return this.#classifier;
  }

  /** Makes a change, which lasts from then on. Changes must come one after another. */
  async change(change: Change): Promise<void> {
    // After a failed write files cannot be trusted; a new snapshot stands for all that is.
    if (this.#journal.broken || this.#uncertain) await this.compact();
    await applyChange(this.#classifier, change);
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

  /** Stores another classifier in the place of this one, which is closed. */
  async replace(classifier: FewShotClassifier): Promise<void> {
    const before = this.#classifier;
    await this.#next(classifier);
    this.#classifier = classifier;
    await before.close();
  }

  /** Forgets everything, for good. */
  async remove(): Promise<void> {
    await onDisk(this.#folder, async () => {
      await rm(join(this.#folder, CURRENT));
      await syncFolder(this.#folder);
    });
    await this.close();
    await removePart(this.#folder);
  }

  async close(): Promise<void> {
    await this.#journal.close();
    await this.#classifier.close();
  }

  async #next(classifier: FewShotClassifier): Promise<void> {
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

function pathsOf(folder: string, generation: number): { snapshot: string; journal: string } {
  return {
    snapshot: join(folder, `snapshot-${generation}`),
    journal: join(folder, `journal-${generation}.jsonl`),
  };
}

async function currentGeneration(folder: string): Promise<number | undefined> {
  const entries = await onDisk(folder, () => readdir(folder));
  if (!entries.includes(CURRENT)) return undefined;
  const path = join(folder, CURRENT);
  const content = readJsonFile(path, 'a stored classifier');
  return parseFileContent(path, currentCheck, content, 'the generation that counts').generation;
}

/** Writes a snapshot and an empty journal. Neither is left if that fails. */
async function beginGeneration(
  folder: string,
  generation: number,
  classifier: FewShotClassifier,
): Promise<Journal> {
  const { snapshot, journal: path } = pathsOf(folder, generation);
  let journal: Journal | undefined;
  try {
    await classifier.save(snapshot);
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
function makeCurrent(folder: string, generation: number): void {
  replaceFile(join(folder, CURRENT), [Buffer.from(`${JSON.stringify({ generation })}\n`)]);
}

async function replay(
  classifier: FewShotClassifier,
  changes: readonly Change[],
  path: string,
): Promise<void> {
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

const PART = /^(?:snapshot-|journal-)(\d+)(?:\.jsonl)?$/u;

/** Removes what is left of other generations than the one to keep, after a crash or a failure. */
async function clear(folder: string, keep: number | undefined): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const generation = PART.exec(name)?.[1];
    if (generation === undefined || Number(generation) === keep) continue;
    await removePart(join(folder, name));
  }
}

/** Removes a file or folder that nothing points to; what cannot be removed now is, when the store is opened. */
async function removePart(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const file = await open(folder, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
