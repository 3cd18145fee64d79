/** Whose a job is, and how much of one. */
export type JobOptions = {
  /** Owners take turns, one job each. Default: an owner of its own. */
  owner?: object | undefined;
  /** The examples that it goes through. Default: 0. */
  size?: number | undefined;
  /** Gives the job up if it has not begun; its promise is rejected with the signal's reason. */
  signal?: AbortSignal | undefined;
};

type Waiting = { large: boolean; begin: () => void };

/** Beyond as many examples a job is large: it takes seconds, where others take less than one. */
const LARGE = 1000;

/**
 * Fits, edits and other long work on their way to a few lanes. Owners take turns, however many jobs one of
 * them has, and large jobs leave one of the lanes to the others: they never wait for a large one.
 */
export class JobQueue {
  readonly #lanes: number;
  readonly #mostLarge: number;
  /** In the order of their turns. */
  readonly #waiting = new Map<object, Waiting[]>();
  #running = 0;
  #large = 0;

  constructor(lanes: number) {
    this.#lanes = lanes;
    this.#mostLarge = Math.max(1, lanes - 1);
  }

  /** Jobs that have not begun. */
  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Runs a task when its turn comes. */
  run<T>(task: () => Promise<T>, options: JobOptions = {}): Promise<T> {
    const { owner = {}, size = 0, signal } = options;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const giveUp = (): void => {
        this.#leave(owner, waiting);
        reject(signal?.reason);
      };
      const large = size > LARGE;
      const begin = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve(this.#occupied(task, large));
      };
      const waiting = { large, begin };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiting.set(owner, [...(this.#waiting.get(owner) ?? []), waiting]);
      this.#pump();
    });
  }

  async #occupied<T>(task: () => Promise<T>, large: boolean): Promise<T> {
    this.#running++;
    if (large) this.#large++;
    try {
      return await task();
    } finally {
      this.#running--;
      if (large) this.#large--;
      this.#pump();
    }
  }

  #pump(): void {
    while (this.#running < this.#lanes) {
      const next = this.#next();
      if (next === undefined) return;
      const [owner, job] = next;
      const rest = this.#leave(owner, job);
      // To the end of the line.
      this.#waiting.delete(owner);
      if (rest.length > 0) this.#waiting.set(owner, rest);
      job.begin();
    }
  }

  /** The first owner whose first job may begin. */
  #next(): [object, Waiting] | undefined {
    for (const [owner, [job]] of this.#waiting) {
      if (job && (!job.large || this.#large < this.#mostLarge)) return [owner, job];
    }
    return undefined;
  }

  #leave(owner: object, job: Waiting): Waiting[] {
    const rest = (this.#waiting.get(owner) ?? []).filter((one) => one !== job);
    if (rest.length > 0) this.#waiting.set(owner, rest);
    else this.#waiting.delete(owner);
    return rest;
  }
}
