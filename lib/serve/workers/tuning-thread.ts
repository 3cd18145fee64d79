import { MessageChannel } from 'node:worker_threads';
import { TorchError } from '../../errors';
import { errorOf, workerEnded } from '../../threads/plain-error';
import type { FineTuneStep } from '../../train/contrastive/fine-tune';
import type { TuneInput, TuneOutput } from '../tuning/tune-encoder';
import type { SetupSlot } from './setup-slot';
import { type Shared, takeAll } from './shared-tree';
import { startThreads } from './start-threads';
import type { Outcome, TuneTask, WorkerSetup } from './tasks';

export type TuningOptions = {
  signal?: AbortSignal | undefined;
  onStep?: ((step: FineTuneStep) => void) | undefined;
};

/**
 * A thread for training encoders, which takes minutes: requests and edits go on beside it. One training runs
 * at a time, and the thread ends with it.
 */
export class TuningThread {
  readonly #slot: SetupSlot<WorkerSetup>;
  readonly #closing = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  constructor(slot: SetupSlot<WorkerSetup>) {
    this.#slot = slot;
  }

  /**
   * @throws the signal's reason once it is aborted; TorchError `ERR_TORCH_DISPOSED` after `close`,
   *   `ERR_TORCH_WORKER` if the thread dies
   */
  run(input: TuneInput, options: TuningOptions): Promise<TuneOutput> {
    const tuning = this.#last.then(() => this.#alone(input, options));
    this.#last = tuning.catch(() => undefined);
    return tuning;
  }

  /** Ends what is running at once. */
  async close(): Promise<void> {
    this.#closing.abort(new TorchError('ERR_TORCH_DISPOSED', 'The encoder pool is closed'));
    await this.#last;
  }

  async #alone(input: TuneInput, { signal, onStep }: TuningOptions): Promise<TuneOutput> {
    const ending = AbortSignal.any([this.#closing.signal, ...(signal ? [signal] : [])]);
    ending.throwIfAborted();
    const { port1, port2 } = new MessageChannel();
    if (onStep) port1.on('message', onStep);
    const task: TuneTask = { input, port: port2 };
    const threads = startThreads(this.#slot.memory, 1);
    try {
      const outcome = await threads
        .run<Outcome<Shared<TuneOutput>>>(task, {
          name: 'tune',
          signal: ending,
          transferList: [port2],
        })
        .catch((cause: unknown) => {
          throw workerEnded('fine-tuning', cause);
        });
      if ('error' in outcome) throw errorOf(outcome.error);
      return takeAll(outcome.value);
    } catch (error) {
      ending.throwIfAborted();
      throw error;
    } finally {
      port1.close();
      await threads.destroy();
    }
  }
}
