import { counted } from '../../counted';
import { TorchError } from '../../errors';
import { inNextTurn, nextTurn } from '../../next-turn';
import type { Answers } from '../engine';
import type { Scored, Scorer } from '../predict';
import type { Shared } from './shared-tree';
import type { SharedRequests } from './tasks';

/** The answer to one request. */
export type Answer = { known: readonly boolean[]; scored: Scored };

/** How long a request may take. */
export type RequestOptions = {
  /** Gives the request up; its promise is rejected with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Milliseconds after which the request is given up. Default: it waits. */
  timeout?: number | undefined;
};

export type QueueLimits = {
  /** Batches at a time. */
  workers: number;
  /** Texts of a batch; a single request may have more. */
  maxBatch: number;
  /** Texts that may wait. */
  maxQueue: number;
};

type Waiting = {
  texts: readonly string[];
  scorer: Shared<Scorer>;
  resolve: (answer: Answer) => void;
  reject: (reason: unknown) => void;
};

/** About 1 ms of work for a server. */
const ANSWERS_A_TURN = 4;

/**
 * Requests that come together are answered together. A batch starts as soon as a worker is free, with
 * whatever waits then: a lone request never waits for others, and the more come the larger are the batches.
 */
export class RequestQueue {
  readonly #run: (requests: SharedRequests) => Promise<Answers>;
  readonly #limits: QueueLimits;
  readonly #waiting = new Set<Waiting>();
  #queued = 0;
  #running = 0;
  /** Batches whose requests are not all answered. */
  #open = 0;
  readonly #drained: (() => void)[] = [];

  constructor(run: (requests: SharedRequests) => Promise<Answers>, limits: QueueLimits) {
    this.#run = run;
    this.#limits = limits;
  }

  /** Texts that wait. */
  get queued(): number {
    return this.#queued;
  }

  /** Batches that workers are busy with. */
  get running(): number {
    return this.#running;
  }

  /**
   * @throws TorchError `ERR_TORCH_BUSY` if too many texts wait, `ERR_TORCH_TIMEOUT` after the timeout;
   *   the signal's reason once it is aborted
   */
  ask(
    texts: readonly string[],
    scorer: Shared<Scorer>,
    { signal, timeout }: RequestOptions = {},
  ): Promise<Answer> {
    signal?.throwIfAborted();
    // A request larger than the queue has its turn when nothing else waits.
    if (this.#queued > 0 && this.#queued + texts.length > this.#limits.maxQueue) {
      const message = `Expected at most ${counted(this.#limits.maxQueue, 'text')} to wait but ${this.#queued} ${this.#queued === 1 ? 'does' : 'do'} already; try again later`;
      throw new TorchError('ERR_TORCH_BUSY', message);
    }
    return new Promise((resolve, reject) => {
      const waiting = { texts, scorer, resolve, reject };
      this.#add(waiting);
      const giveUp = (reason: unknown): void => {
        this.#remove(waiting);
        waiting.reject(reason);
      };
      const onAbort = (): void => giveUp(signal?.reason);
      const timer =
        timeout === undefined ? undefined : setTimeout(() => giveUp(late(timeout)), timeout);
      const settled = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.resolve = (answer) => {
        settled();
        resolve(answer);
      };
      waiting.reject = (reason) => {
        settled();
        reject(reason);
      };
      // Requests of one turn of the event loop share a batch.
      inNextTurn(() => this.#pump());
    });
  }

  /** Rejects all that wait. */
  clear(reason: unknown): void {
    for (const waiting of [...this.#waiting]) {
      this.#remove(waiting);
      waiting.reject(reason);
    }
  }

  /** Waits for the batches that are running; what waits in line is not begun. */
  async idle(): Promise<void> {
    if (this.#open === 0) return;
    await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  #add(waiting: Waiting): void {
    this.#waiting.add(waiting);
    this.#queued += waiting.texts.length;
  }

  #remove(waiting: Waiting): void {
    if (this.#waiting.delete(waiting)) this.#queued -= waiting.texts.length;
  }

  #pump(): void {
    while (this.#running < this.#limits.workers && this.#waiting.size > 0) {
      void this.#answer(this.#nextBatch());
    }
  }

  #nextBatch(): Waiting[] {
    const batch: Waiting[] = [];
    let texts = 0;
    for (const waiting of this.#waiting) {
      if (batch.length > 0 && texts + waiting.texts.length > this.#limits.maxBatch) break;
      texts += waiting.texts.length;
      batch.push(waiting);
      this.#remove(waiting);
    }
    return batch;
  }

  async #answer(batch: readonly Waiting[]): Promise<void> {
    this.#open++;
    try {
      const answers = await this.#encode(batch);
      await handOut(batch, answers);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.#open--;
    if (this.#open === 0) for (const resolve of this.#drained.splice(0)) resolve();
  }

  /** Has a worker do the batch; once it is free it gets the next one, before the answers go out. */
  async #encode(batch: readonly Waiting[]): Promise<Answers> {
    this.#running++;
    try {
      return await this.#run({
        texts: batch.flatMap(({ texts }) => texts),
        parts: batch.map(({ scorer, texts }) => ({ scorer, count: texts.length })),
      });
    } finally {
      this.#running--;
      this.#pump();
    }
  }
}

/**
 * Gives each request its answer, a few in a turn of the event loop: whoever gets one sends it, and often
 * asks again at once, so a whole batch in one turn would keep all else waiting.
 */
async function handOut(batch: readonly Waiting[], { known, parts }: Answers): Promise<void> {
  let from = 0;
  for (const [i, { texts, resolve }] of batch.entries()) {
    if (i > 0 && i % ANSWERS_A_TURN === 0) await nextTurn();
    const scored = parts[i];
    if (scored) resolve({ known: known.slice(from, from + texts.length), scored });
    from += texts.length;
  }
}

function late(timeout: number): TorchError {
  return new TorchError('ERR_TORCH_TIMEOUT', `Expected an answer within ${timeout} ms`);
}
