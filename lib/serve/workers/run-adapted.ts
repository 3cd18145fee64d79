import type { Piscina } from 'piscina';
import type { AdaptedOutcome, AdaptedTasks } from './adapted-tasks';
import { errorOf, workerEnded } from './plain-error';

/** Has a thread of an adapted classifier do a task. @throws what the task throws; `ERR_TORCH_WORKER` */
export async function runAdapted<K extends keyof AdaptedTasks>(
  threads: Piscina,
  name: K,
  input: AdaptedTasks[K]['input'],
): Promise<AdaptedTasks[K]['output']> {
  const outcome: AdaptedOutcome<K> = await threads.run(input, { name }).catch((cause: unknown) => {
    throw workerEnded(name, cause);
  });
  if ('error' in outcome) throw errorOf(outcome.error);
  return outcome.value;
}
