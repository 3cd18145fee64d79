import { resolve } from 'node:path';
import { readOptions, string } from '../../check';
import { invalidArgument, TorchError } from '../../errors';
import type { LabeledText } from '../../text';
import { baseDigest } from '../../train/runs/base-model';
import type { AdaptedFacts, AdaptedTasks } from '../workers/adapted-tasks';
import { runAdapted } from '../workers/run-adapted';
import { startThreads, type Threads } from '../workers/start-threads';
import { ADAPTED_WORKER_FILE } from '../workers/worker-file';
import { ADAPTED_OPTIONS, type AdaptedOptions } from './adapted-options';

/** Returns `value` if it is a pool of a meta-trained model. */
export function metaModelPool(value: unknown, name: string, operator: string): MetaModelPool {
  if (value instanceof MetaModelPool) return value;
  throw invalidArgument('a MetaModelPool', `${name} of ${operator}`, value, operator);
}

/**
 * A meta-trained model in threads of its own, which any number of classifiers adapt to their examples; each sees its
 * own alone.
 *
 *     await using model = await MetaModelPool.open('models/mine');
 *     const cards = await AdaptedClassifier.adapt(examplesOfOne, { model });
 *     const loans = await AdaptedClassifier.adapt(examplesOfAnother, { model });
 */
export class MetaModelPool {
  /** Names the model by its parameters and how it was made; its examples are not in it. */
  readonly digest: string;
  readonly #threads: Threads;
  readonly #maxQueue: number;
  readonly #facts: AdaptedFacts;
  /** Texts of the tasks that are not done, by task in the order in which threads take them. */
  readonly #texts = new Map<object, number>();
  #closed: Promise<void> | undefined;

  private constructor(threads: Threads, maxQueue: number, digest: string, facts: AdaptedFacts) {
    this.#threads = threads;
    this.#maxQueue = maxQueue;
    this.digest = digest;
    this.#facts = facts;
  }

  /**
   * Loads what `metatorch train`, `metatorch adapt` or `saveModel` saved. The folder must stay where it is: each
   * thread loads the model when it is needed first.
   *
   * @throws TorchError `ERR_TORCH_FILE` if it is missing, damaged or of another kind
   */
  static async open(folder: string, options: AdaptedOptions = {}): Promise<MetaModelPool> {
    const operator = 'MetaModelPool.open';
    const path = resolve(string(folder, 'folder', operator));
    const { workers, threads, maxQueue } = readOptions(ADAPTED_OPTIONS, options, operator);
    const pool = startThreads({ folder: path, threads }, workers, ADAPTED_WORKER_FILE);
    try {
      const facts = await runAdapted(pool, 'describe', null);
      return new MetaModelPool(pool, maxQueue, baseDigest(path), facts);
    } catch (error) {
      await pool.destroy();
      throw error;
    }
  }

  /** The learner, for example `Prototypical Networks`. */
  get title(): string {
    return this.#facts.title;
  }

  /** The examples that the model was saved with; none if it was not adapted to any. */
  get examples(): readonly LabeledText[] {
    return this.#facts.examples;
  }

  /**
   * Has a thread do a task.
   *
   * @throws what the task throws; TorchError `ERR_TORCH_BUSY` if too many tasks wait, `ERR_TORCH_DISPOSED` after
   *   `close`, `ERR_TORCH_WORKER` if the thread dies
   * @internal
   */
  async run<K extends Exclude<keyof AdaptedTasks, 'describe'>>(
    name: K,
    input: AdaptedTasks[K]['input'],
  ): Promise<AdaptedTasks[K]['output']> {
    if (this.#closed) throw new TorchError('ERR_TORCH_DISPOSED', 'The model is closed');
    if (this.#threads.queueSize >= this.#maxQueue) {
      const message = `Expected at most ${this.#maxQueue} requests to wait; try again later`;
      throw new TorchError('ERR_TORCH_BUSY', message);
    }
    const task = {};
    this.#texts.set(task, name === 'score' ? input.texts.length : 0);
    try {
      return await runAdapted(this.#threads, name, input);
    } finally {
      this.#texts.delete(task);
    }
  }

  /** Texts that wait for a thread, tasks that threads work on, and adaptations and maps that wait. */
  get load(): { queued: number; running: number; jobs: number } {
    const running = Math.max(0, this.#texts.size - this.#threads.queueSize);
    const waiting = [...this.#texts.values()].slice(running);
    return {
      queued: waiting.reduce((sum, texts) => sum + texts, 0),
      running,
      jobs: waiting.filter((texts) => texts === 0).length,
    };
  }

  /** Starts the threads; each has loaded the model when the promise is fulfilled. */
  async warmUp(): Promise<void> {
    const threads = Array.from({ length: this.#threads.count }, () =>
      runAdapted(this.#threads, 'describe', null),
    );
    await Promise.all(threads);
  }

  /** Ends the threads. */
  close(): Promise<void> {
    this.#closed ??= this.#threads.destroy();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Refuses a model without examples. @throws TorchError `ERR_TORCH_FILE` */
export function requireAdapted(path: string, examples: readonly LabeledText[]): void {
  if (examples.length > 0) return;
  const message = `Cannot serve ${path}: expected a model that is adapted to examples; metatorch adapt makes one, and metatorch serve --model adapts one`;
  throw new TorchError('ERR_TORCH_FILE', message, { path });
}
