import { channel } from 'node:diagnostics_channel';
import { readOptions, readTexts, requireTexts } from '../check';
import type { SentenceEncoder } from '../text';
import { loadEncoder, loadEncoderSync } from '../text/encoders/open-encoder';
import { type Tensor, type Tree, torch } from '../torch';
import type { Core } from './core';
import type { KeptRows, NewRows } from './engine';
import type { Attribution, AttributionInput } from './explain/integrated-gradients';
import type { HeldOutRow } from './held-out-answers';
import type { Doubt } from './informative';
import type { Plane } from './plane';
import { type EncoderPoolOptions, POOL_OPTIONS, type PoolLimits } from './pool-options';
import type { Scorer } from './predict';
import type { Saved } from './saved-classifier';
import type { Suspicion } from './suspects';
import type { TuneInput, TuneOutput } from './tuning/tune-encoder';
import type { Tuned } from './tuning/tuned';
import { type JobOptions, JobQueue } from './workers/job-queue';
import { type Answer, type RequestOptions, RequestQueue } from './workers/request-queue';
import { releaseAll, type Shared, shareAll, takeAll } from './workers/shared-tree';
import { type StopFlag, withStopFlag } from './workers/stop-flag';
import type { SharedSaved, TaskName, Tasks } from './workers/tasks';
import { type TuningOptions, TuningThread } from './workers/tuning-thread';
import { closedError, WorkerThreads } from './workers/worker-threads';

const threadsFor = ({ workers, fitters }: PoolLimits): WorkerThreads =>
  new WorkerThreads(workers + fitters);

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
  readonly #params: Shared<Tree>;
  readonly #threads: WorkerThreads;
  #tuning: TuningThread | undefined;
  readonly #queue: RequestQueue;
  readonly #jobs: JobQueue;
  #closed: Promise<void> | undefined;

  private constructor(
    encoder: SentenceEncoder,
    owned: boolean,
    options: PoolLimits,
    threads = threadsFor(options),
  ) {
    this.encoder = encoder;
    this.#owned = owned;
    this.#params = shareAll(encoder.params);
    this.#threads = threads;
    threads.slot.put({ spec: encoder.spec, params: this.#params, threads: options.threads });
    this.#jobs = new JobQueue(options.fitters);
    this.#queue = new RequestQueue((requests) => {
      if (BATCHES.hasSubscribers) BATCHES.publish({ pool: this, texts: requests.texts.length });
      return this.#threads.run('predict', requests);
    }, options);
  }

  /**
   * Loads the encoder, downloaded if need be. The first thread starts meanwhile, the others when they are needed.
   *
   * @throws as `loadEncoder`; ArgumentTypeError or ArgumentRangeError for a wrong option
   */
  static async open(options: EncoderPoolOptions = {}): Promise<EncoderPool> {
    const { encoder, load, ...limits } = readOptions(POOL_OPTIONS, options, 'EncoderPool.open');
    const threads = threadsFor(limits);
    threads.startAhead();
    if (typeof encoder !== 'string') return new EncoderPool(encoder, false, limits, threads);
    try {
      return new EncoderPool(await loadEncoder(encoder, load), true, limits, threads);
    } catch (error) {
      await threads.end();
      throw error;
    }
  }

  /** As `open`, before it returns, for encoders on this machine; threads start when they are needed first. */
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
    const warm = Array.from({ length: this.#threads.count }, () =>
      this.#threads.run('encode', { texts: ['warm-up'] }),
    );
    for (const vectors of await Promise.all(warm)) torch.releaseShared(vectors);
  }

  /** Texts that wait for a worker, batches that are being encoded, and fits and edits that wait. */
  get load(): { queued: number; running: number; jobs: number } {
    const { queued, running } = this.#queue;
    return { queued, running, jobs: this.#jobs.waiting };
  }

  /** The vectors `[n, D]` of texts, of length 1 for encoders that normalise; by a classifier's own encoder. */
  async encode(
    texts: readonly string[],
    job: JobOptions = {},
    scorer?: Shared<Scorer>,
  ): Promise<Tensor> {
    const read = readTexts(texts, 'texts', 'encode');
    const sized = { size: read.length, ...job };
    return torch.fromShared(await this.#job('encode', { texts: read, scorer }, sized));
  }

  async fit(rows: NewRows, job: JobOptions = {}, tuned?: Shared<Tuned>): Promise<Core> {
    const sized = { size: rows.texts.length, ...job };
    return this.#made((stop) => this.#job('fit', { rows, tuned, stop }, sized), sized);
  }

  /** Trains the encoder on examples, in a thread of its own; the pool's stays as it is. */
  async tune(input: TuneInput, options: TuningOptions): Promise<TuneOutput> {
    this.#requireOpen();
    this.#tuning ??= new TuningThread(this.#threads.slot);
    return this.#tuning.run(input, options);
  }

  async grow(core: Shared<Core>, rows: NewRows, job: JobOptions): Promise<Core> {
    return this.#made((stop) => this.#job('grow', { core, rows, stop }, job), job);
  }

  async narrow(core: Shared<Core>, rows: KeptRows, job: JobOptions): Promise<Core> {
    return this.#made((stop) => this.#job('narrow', { core, rows, stop }, job), job);
  }

  /** The examples that look mislabeled. */
  suspects(core: Shared<Core>, job: JobOptions): Promise<readonly Suspicion[]> {
    return this.#job('suspects', core, job);
  }

  /** How much the words of a text add to a label; null where the encoder cannot say. */
  attribute(
    scorer: Shared<Scorer>,
    input: AttributionInput,
    job: JobOptions,
  ): Promise<Attribution | null> {
    return this.#job('attribute', { scorer, input }, job);
  }

  /** What heads that have not seen the examples make of them. */
  heldOut(core: Shared<Core>, job: JobOptions): Promise<readonly HeldOutRow[]> {
    return this.#job('heldOut', core, job);
  }

  /** Examples and texts on a plane. */
  plane(scorer: Shared<Scorer>, texts: readonly string[], job: JobOptions): Promise<Plane> {
    return this.#job('plane', { scorer, texts }, job);
  }

  /** The texts whose label would teach most. */
  async informative(
    scorer: Shared<Scorer>,
    texts: readonly string[],
    count: number,
    job: JobOptions,
  ): Promise<readonly Doubt[]> {
    requireTexts(texts, 'texts', 'informative');
    const sized = { size: texts.length, ...job };
    return this.#job('informative', { scorer, texts, count }, sized);
  }

  /** Writes a classifier into a folder. */
  async saveClassifier(folder: string, saved: SharedSaved, job: JobOptions): Promise<void> {
    await this.#job('save', { folder, saved }, job);
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
    await Promise.all([this.#tuning?.close(), this.#threads.end()]);
    releaseAll(this.#params);
    if (this.#owned) this.encoder.dispose();
  }

  #requireOpen(): void {
    if (this.#closed) throw closedError();
  }

  /** The core that a job makes, which may be given up while it does. */
  async #made(
    work: (stop: StopFlag | undefined) => Promise<Shared<Core>>,
    { signal }: JobOptions,
  ): Promise<Core> {
    return takeAll(await withStopFlag(signal, work));
  }

  async #job<K extends TaskName>(
    name: K,
    input: Tasks[K]['input'],
    job: JobOptions = {},
  ): Promise<Tasks[K]['output']> {
    this.#requireOpen();
    return this.#jobs.run(() => this.#threads.run(name, input), job);
  }
}
