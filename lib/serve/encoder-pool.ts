import { channel } from 'node:diagnostics_channel';
import type * as Pool from 'piscina';
import { readOptions } from '../check';
import { invalidArgument, TorchError } from '../errors';
import { loadEncoder, loadEncoderSync, type SentenceEncoder } from '../text';
import { type Tensor, torch } from '../torch';
import type { Core } from './core';
import type { KeptRows, NewRows } from './engine';
import type { Plane } from './plane';
import { type EncoderPoolOptions, POOL_OPTIONS } from './pool-options';
import type { Scorer } from './predict';
import type { Saved } from './saved-classifier';
import type { Suspicion } from './suspects';
import { errorOf } from './workers/plain-error';
import { type Answer, type RequestOptions, RequestQueue } from './workers/request-queue';
import { releaseAll, type Shared, shareAll, takeAll } from './workers/shared-tree';
import type { Outcome, SharedSaved, TaskName, Tasks, WorkerSetup } from './workers/tasks';
import { WORKER_FILE } from './workers/worker-file';

/** Returns `value` if it is a pool. */
export function encoderPool(value: unknown, name: string, operator: string): EncoderPool {
  if (value instanceof EncoderPool) return value;
  throw invalidArgument('an EncoderPool', `${name} of ${operator}`, value, operator);
}

/** Where pools say, as `{ pool, texts }`, how many texts they encode together. */
export const BATCHES = channel('metatorch.serve.batch');

/**
 * An encoder in worker threads, which share its weights: one copy in the process. Any number of classifiers
 * use it; each sees its own examples alone.
 *
 *     await using pool = await EncoderPool.start();
 *     const cards = await FewShotClassifier.fit(examplesOfOne, { pool });
 *     const loans = await FewShotClassifier.fit(examplesOfAnother, { pool });
 */
export class EncoderPool {
  readonly encoder: SentenceEncoder;
  readonly #owned: boolean;
  readonly #setup: WorkerSetup;
  readonly #count: number;
  #threads: Pool.Piscina | undefined;
  readonly #queue: RequestQueue;
  /** The end of the last job; one job runs at a time, beside the requests. */
  #jobs: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;
  /** Whether the threads are being ended, so that a task which loses its own is not begun again. */
  #ended = false;

  private constructor(encoder: SentenceEncoder, owned: boolean, options: Limits) {
    this.encoder = encoder;
    this.#owned = owned;
    this.#setup = {
      spec: encoder.spec,
      params: shareAll(encoder.params),
      threads: options.threads,
    };
    this.#count = options.workers + 1;
    this.#queue = new RequestQueue((requests) => {
      if (BATCHES.hasSubscribers) BATCHES.publish({ pool: this, texts: requests.texts.length });
      return this.#run('predict', requests);
    }, options);
  }

  /**
   * Loads the encoder, downloaded if need be; the threads start when they are needed first.
   *
   * @throws as `loadEncoder`; ArgumentTypeError or ArgumentRangeError for a wrong option
   */
  static async open(options: EncoderPoolOptions = {}): Promise<EncoderPool> {
    const { encoder, load, ...limits } = readOptions(POOL_OPTIONS, options, 'EncoderPool.open');
    if (typeof encoder !== 'string') return new EncoderPool(encoder, false, limits);
    return new EncoderPool(await loadEncoder(encoder, load), true, limits);
  }

  /** As `open`, before it returns, for encoders on this machine. */
  static openSync(options: EncoderPoolOptions = {}): EncoderPool {
    const { encoder, load, ...limits } = readOptions(POOL_OPTIONS, options, 'EncoderPool.openSync');
    if (typeof encoder !== 'string') return new EncoderPool(encoder, false, limits);
    return new EncoderPool(loadEncoderSync(encoder, load), true, limits);
  }

  /** As `open`; each thread has encoded a text when the promise is fulfilled. */
  static async start(options: EncoderPoolOptions = {}): Promise<EncoderPool> {
    const pool = await EncoderPool.open(options);
    try {
      await pool.warmUp();
      return pool;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /** Starts the threads; each has encoded a text when the promise is fulfilled. */
  async warmUp(): Promise<void> {
    this.#requireOpen();
    const warm = Array.from({ length: this.#count }, () => this.#run('encode', ['warm-up']));
    for (const vectors of await Promise.all(warm)) torch.releaseShared(vectors);
  }

  /** Texts that wait for a worker, and batches that are being encoded. */
  get load(): { queued: number; running: number } {
    return { queued: this.#queue.queued, running: this.#queue.running };
  }

  /** The vectors `[n, D]` of texts, of length 1 for encoders that normalise. */
  async encode(texts: readonly string[]): Promise<Tensor> {
    return torch.fromShared(await this.#job('encode', texts));
  }

  async fit(rows: NewRows): Promise<Core> {
    return takeAll(await this.#job('fit', rows));
  }

  async grow(core: Shared<Core>, rows: NewRows): Promise<Core> {
    return takeAll(await this.#job('grow', { core, rows }));
  }

  async narrow(core: Shared<Core>, rows: KeptRows): Promise<Core> {
    return takeAll(await this.#job('narrow', { core, rows }));
  }

  /** The examples that look mislabeled. */
  suspects(core: Shared<Core>): Promise<readonly Suspicion[]> {
    return this.#job('suspects', core);
  }

  /** Examples and texts on a plane. */
  plane(scorer: Shared<Scorer>, texts: readonly string[]): Promise<Plane> {
    return this.#job('plane', { scorer, texts });
  }

  /** Writes a classifier into a folder. */
  async saveClassifier(folder: string, saved: SharedSaved): Promise<void> {
    await this.#job('save', { folder, saved });
  }

  /** Reads a classifier from a folder. */
  async loadClassifier(folder: string): Promise<Saved> {
    const { core, ...rest } = await this.#job('load', { folder });
    return { ...rest, core: takeAll(core) };
  }

  /** Scores texts, in one batch with the other requests that wait. */
  async predict(
    texts: readonly string[],
    scorer: Shared<Scorer>,
    options: RequestOptions,
  ): Promise<Answer> {
    this.#requireOpen();
    return this.#queue.ask(texts, scorer, options);
  }

  /**
   * Answers the requests that are being encoded, rejects those that wait, ends fits and other long work at
   * once, `ERR_TORCH_DISPOSED`, and frees the weights.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#queue.clear(closedError());
    await this.#queue.idle();
    this.#ended = true;
    await this.#threads?.destroy();
    releaseAll(this.#setup.params);
    if (this.#owned) this.encoder.dispose();
  }

  #started(): Pool.Piscina {
    this.#threads ??= new (loadPiscina().Piscina)({
      filename: WORKER_FILE,
      workerData: this.#setup,
      minThreads: this.#count,
      maxThreads: this.#count,
    });
    return this.#threads;
  }

  #requireOpen(): void {
    if (this.#closed) throw closedError();
  }

  #job<K extends TaskName>(name: K, input: Tasks[K]['input']): Promise<Tasks[K]['output']> {
    this.#requireOpen();
    const job = this.#jobs.then(() => this.#run(name, input));
    this.#jobs = job.catch(() => undefined);
    return job;
  }

  async #run<K extends TaskName>(name: K, input: Tasks[K]['input']): Promise<Tasks[K]['output']> {
    let cause: unknown;
    // A worker may have died of another task, and so may all the others: each gives the task one chance.
    for (let i = 0; i <= this.#count && !this.#ended; i++) {
      const outcome: Outcome<Tasks[K]['output']> | undefined = await this.#started()
        .run(input, { name })
        .catch((error: unknown) => {
          cause = error;
          return undefined;
        });
      if (outcome === undefined) continue;
      if ('error' in outcome) throw errorOf(outcome.error);
      return outcome.value;
    }
    if (this.#closed) throw closedError();
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new TorchError('ERR_TORCH_WORKER', `A worker thread ended during ${name}: ${found}`, {
      cause,
    });
  }
}

/** Threads are started, and what manages them loaded, when a pool is used first. */
function loadPiscina(): typeof Pool {
  return require('piscina');
}

type Limits = { workers: number; threads: number; maxBatch: number; maxQueue: number };

function closedError(): TorchError {
  return new TorchError('ERR_TORCH_DISPOSED', 'The encoder pool is closed');
}
