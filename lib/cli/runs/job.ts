import type { ProcessGroup } from '../../torch';
import { torch } from '../../torch';
import { Ranks } from '../../train/distributed/ranks';
import { endWithLauncher } from './processes';

const VARIABLES = ['RANK', 'WORLD_SIZE', 'MASTER_ADDR', 'MASTER_PORT'] as const;

/** Calls that are compared among ranks: those of the first steps, as all others are like them. */
const CHECKED_CALLS = 100;

/**
 * Runs `work` as one of the ranks that torchrun, or what else sets its variables, has started; with undefined where
 * they are not set, or there is one rank. If it fails, the others end as well.
 *
 * @param timeout the seconds that ranks wait for each other
 */
export async function inJob(
  timeout: number,
  work: (group: ProcessGroup | undefined) => Promise<void>,
): Promise<void> {
  endWithLauncher();
  const { env } = process;
  if (VARIABLES.some((name) => !env[name]) || env['WORLD_SIZE'] === '1') return work(undefined);
  const group = await torch.distributed.initProcessGroupAsync({
    timeout: timeout * 1000,
    checks: CHECKED_CALLS,
  });
  try {
    await work(group);
    // Nobody leaves while another still works.
    await torch.distributed.barrierAsync();
  } catch (error) {
    new Ranks(group).abandon(error);
    throw error;
  } finally {
    torch.distributed.destroyProcessGroup();
  }
}
