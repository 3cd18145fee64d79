import type { Piscina } from 'piscina';
import { TorchError } from '../../errors';
import { errorOf, workerEnded } from '../../threads/plain-error';
import { startThreads } from './start-threads';
import type { Outcome, TaskName, Tasks, WorkerSetup } from './tasks';

/** The threads of a pool, which start when they are needed first. */
export class WorkerThreads {
  readonly #setup: WorkerSetup;
  readonly #count: number;
  #threads: Piscina | undefined;
  /** So that a task which loses its thread is not begun again. */
  #ended = false;

  constructor(setup: WorkerSetup, count: number) {
    this.#setup = setup;
    this.#count = count;
  }

  /**
   * Has one of them do a task.
   *
   * @throws what the task throws; TorchError `ERR_TORCH_DISPOSED` once they were ended, `ERR_TORCH_WORKER` if they die
   */
  async run<K extends TaskName>(name: K, input: Tasks[K]['input']): Promise<Tasks[K]['output']> {
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
    if (this.#ended) throw closedError();
    throw workerEnded(name, cause);
  }

  /** Ends them at once, whatever they do. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#threads?.destroy();
  }

  #started(): Piscina {
    this.#threads ??= startThreads(this.#setup, this.#count);
    return this.#threads;
  }
}

export function closedError(): TorchError {
  return new TorchError('ERR_TORCH_DISPOSED', 'The encoder pool is closed');
}
