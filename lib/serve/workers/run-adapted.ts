import { errorOf, workerEnded } from '../../threads/plain-error';
import type { AdaptedOutcome, AdaptedTasks } from './adapted-tasks';
import type { Threads } from './start-threads';

/** Has a thread of an adapted classifier do a task. @throws what the task throws; `ERR_TORCH_WORKER` */
export async function runAdapted<K extends keyof AdaptedTasks>(
  threads: Threads,
  name: K,
  input: AdaptedTasks[K]['input'],
): Promise<AdaptedTasks[K]['output']> {
  const outcome = await threads.run<AdaptedOutcome<K>>(input, { name }).catch((cause: unknown) => {
    throw workerEnded(name, cause);
  });
  if ('error' in outcome) throw errorOf(outcome.error);
  return outcome.value;
}
