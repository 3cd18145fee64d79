import { TorchError } from '../../errors';
import { errorOf, workerEnded } from '../../threads/plain-error';
import { SetupSlot } from './setup-slot';
import { startThreads, type Threads } from './start-threads';
import type { Outcome, TaskName, Tasks, WorkerSetup } from './tasks';

/** The threads of a pool, which start when they are needed first. */
export class WorkerThreads {
  readonly slot = new SetupSlot<WorkerSetup>();
  readonly count: number;
  #threads: Threads | undefined;
  /** Fulfilled once the thread that was started ahead has loaded its modules. */
  #ahead: Promise<unknown> | undefined;
  /** So that a task which loses its thread is not begun again. */
  #ended = false;

  constructor(count: number) {
    this.count = count;
  }

  /** Starts the first of them, which loads its modules while the setup is being made. */
  startAhead(): void {
    this.#ahead = this.#started()
      .run(undefined, { name: 'ready' })
      .catch(() => undefined);
  }

  /**
   * Has one of them do a task, once the slot is filled.
   *
   * @throws what the task throws; TorchError `ERR_TORCH_DISPOSED` once they were ended, `ERR_TORCH_WORKER` if they die
   */
  async run<K extends TaskName>(name: K, input: Tasks[K]['input']): Promise<Tasks[K]['output']> {
    // A thread that still loads its modules is the one to wait for, rather than another.
    await this.#ahead;
    let cause: unknown;
    // A worker may have died of another task, and so may all the others: each gives the task one chance.
    for (let i = 0; i <= this.count && !this.#ended; i++) {
      const outcome = await this.#started()
        .run<Outcome<Tasks[K]['output']>>(input, { name })
        .catch((error: unknown) => {
          cause = error;
          return undefined;
        });
      if (outcome === undefined) continue;
      if ('error' in outcome) throw errorOf(outcome.error);
      return outcome.value;
    }
    if (this.#ended) throw closedError();
    throw workerEnded(name, cause);
  }

  /** Ends them at once, whatever they do. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#threads?.destroy();
  }

  #started(): Threads {
    this.#threads ??= startThreads(this.slot.memory, this.count);
    return this.#threads;
  }
}

export function closedError(): TorchError {
  return new TorchError('ERR_TORCH_DISPOSED', 'The encoder pool is closed');
}
