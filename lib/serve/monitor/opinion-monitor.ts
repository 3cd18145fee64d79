import { resolve } from 'node:path';
import { callable, refuseSurplus } from '../../check';
import { TorchError } from '../../errors';
import { FolderLock } from '../../files/folder-lock';
import { folderName, makeFolder } from '../folders';
import { classifyItems } from './classify-items';
import { type ClassifiedItem, type MonitorItem, readItems, type TimedItem } from './item';
import { MonitorFiles } from './monitor-files';
import { type MonitorOptions, OPERATOR, readSettings } from './monitor-options';
import type { MonitorAlert } from './monitor-state';
import { type MonitorSummary, summaryOf } from './summary';

/** What became of items that were pushed. */
export type PushResult = {
  /** Items that are kept. */
  readonly accepted: number;
  /** Items that had come before. */
  readonly duplicates: number;
  /** Items whose time was over: all until the watermark had been counted. */
  readonly late: number;
  /** What they have raised. */
  readonly alerts: readonly MonitorAlert[];
};

type Waiting = {
  items: readonly TimedItem[];
  done: (result: PushResult) => void;
  failed: (error: unknown) => void;
};

/** Items that are classified and written together. */
const BATCH = 256;

/**
 * Watches a stream of texts: what they are about, what share of each topic is negative, and whether that rises above
 * the topic's own baseline.
 *
 *     await using monitor = await OpinionMonitor.open('opinions', { topics, sentiment });
 *     const { alerts } = await monitor.push([{ id: '17', text: 'the app crashes again', time: '2026-05-01' }]);
 *
 * An item counts once, however often it comes, and in the order of the times at which items were written. What `push`
 * has accepted is on the disk: it outlives the process, however it ends, and a stream that is pushed again after a
 * crash changes nothing. The classifiers stay the caller's to close.
 */
export class OpinionMonitor {
  readonly #settings: ReturnType<typeof readSettings>;
  readonly #files: MonitorFiles;
  readonly #lock: FolderLock;
  readonly #listeners = new Set<(alert: MonitorAlert) => void>();
  #waiting: Waiting[] = [];
  #queued = 0;
  #work: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  private constructor(
    settings: ReturnType<typeof readSettings>,
    files: MonitorFiles,
    lock: FolderLock,
  ) {
    this.#settings = settings;
    this.#files = files;
    this.#lock = lock;
  }

  /**
   * Opens the monitor in a folder, which is made if it is not there, with all that it has seen.
   *
   * @throws ArgumentTypeError or ArgumentRangeError for wrong options; TorchError `ERR_TORCH_BUSY` if another process
   *   uses the folder, `ERR_TORCH_FILE` if a file is damaged or the folder holds other things
   */
  static async open(
    folder: string,
    options: MonitorOptions,
    ...surplus: never[]
  ): Promise<OpinionMonitor> {
    refuseSurplus(surplus, OPERATOR);
    const settings = readSettings(options);
    const path = resolve(folderName(folder, 'folder', OPERATOR));
    await makeFolder(path);
    const lock = new FolderLock(path);
    try {
      const { itemsPerFalseAlarm, baseline, lateness, bucket, remember } = settings;
      const rules = { itemsPerFalseAlarm, baseline, lateness, bucket, remember };
      return new OpinionMonitor(settings, await MonitorFiles.open(path, rules), lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /**
   * Takes items. Those without a time are taken to be written now.
   *
   * @throws ArgumentTypeError or ArgumentRangeError that names the item, and nothing is taken; TorchError
   *   `ERR_TORCH_BUSY` if too many wait, `ERR_TORCH_FILE` if they cannot be written, `ERR_TORCH_DISPOSED` after
   *   `close`, and what a classifier throws. Push them again then: those that were kept count once
   */
  async push(items: readonly MonitorItem[]): Promise<PushResult> {
    this.#requireOpen();
    const read = readItems(items, Date.now(), 'push');
    const { maxQueue } = this.#settings;
    if (this.#queued + read.length > maxQueue && this.#queued > 0) {
      const message = `Expected at most ${maxQueue} items to wait; push again later`;
      throw new TorchError('ERR_TORCH_BUSY', message);
    }
    this.#queued += read.length;
    return new Promise<PushResult>((done, failed) => {
      this.#waiting.push({ items: read, done, failed });
      this.#later(() => this.#takeWaiting());
    }).finally(() => {
      this.#queued -= read.length;
    });
  }

  /** Counts the items that wait for others: the stream has ended. What is older is late from then on. */
  async flush(): Promise<readonly MonitorAlert[]> {
    this.#requireOpen();
    return this.#later(async () => {
      await this.#files.keep({ type: 'flush' });
      return this.#tell(this.#files.fold.apply({ type: 'flush' }));
    });
  }

  /** What it has seen: counts, baselines, curves and the last alerts. */
  summary(): MonitorSummary {
    this.#requireOpen();
    return summaryOf(this.#files.fold.state, this.#settings.topics.labels, this.#settings);
  }

  /**
   * Calls `listener` for each alert from now on. Returns a function that ends this.
   *
   * @throws ArgumentTypeError for what is no function
   */
  onAlert(listener: (alert: MonitorAlert) => void): () => void {
    callable(listener, 'listener', 'onAlert');
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes what waits, then lets others open the folder. */
  close(): Promise<void> {
    this.#closed ??= this.#work.then(async () => {
      try {
        await this.#files.close();
      } finally {
        this.#lock.release();
      }
    });
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #requireOpen(): void {
    if (this.#closed) throw new TorchError('ERR_TORCH_DISPOSED', 'The monitor is closed');
  }

  /** Runs a task after those before it. */
  #later<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#work.then(task);
    this.#work = result.then(ignore, ignore);
    return result;
  }

  /** Takes what waits by now, in one write. */
  async #takeWaiting(): Promise<void> {
    const taken: Waiting[] = [];
    let count = 0;
    while (this.#waiting.length > 0 && (count === 0 || count < BATCH)) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      taken.push(next);
      count += next.items.length;
    }
    if (taken.length === 0) return;
    try {
      const classifiers = { ...this.#settings, knows: (id: string) => this.#files.fold.knows(id) };
      const classified = await classifyItems(
        taken.flatMap(({ items }) => items),
        classifiers,
      );
      await this.#files.keep({ type: 'items', items: classified });
      let from = 0;
      for (const { items, done } of taken) {
        done(this.#apply(classified.slice(from, from + items.length)));
        from += items.length;
      }
    } catch (error) {
      for (const { failed } of taken) failed(error);
    }
  }

  #apply(items: ClassifiedItem[]): PushResult {
    const { fold } = this.#files;
    const before = { ...fold.state };
    const alerts = this.#tell(fold.apply({ type: 'items', items }));
    const duplicates = fold.state.duplicates - before.duplicates;
    const late = fold.state.late - before.late;
    return { accepted: items.length - duplicates - late, duplicates, late, alerts };
  }

  #tell(alerts: readonly MonitorAlert[]): readonly MonitorAlert[] {
    for (const alert of alerts) for (const listener of this.#listeners) listener(alert);
    return alerts;
  }
}

function ignore(): void {}
