import { callable, optional, strictObject } from '../../check';
import type { ReadOptions } from '../../check/schema';
import type { ProcessGroup, Tree } from '../../torch';
import { defaultGroup } from '../../torch/distributed/init';
import { processGroupOf } from '../../torch/distributed/process-group';
import type { TrainDistributed } from './ranks';
import { Ranks } from './ranks';
import { type Divisible, reductionOf } from './reduction';

const DISTRIBUTED = {
  group: optional<ProcessGroup>(processGroupOf),
  episodes: optional<NonNullable<TrainDistributed<Tree>['episodes']>>(callable),
};

export const trainDistributed = strictObject(DISTRIBUTED);

/**
 * The ranks of a run that is divided; undefined for a run of one process.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for a learner whose tasks cannot be divided
 */
export function ranksOf(
  options: ReadOptions<typeof DISTRIBUTED> | undefined,
  learner: Divisible,
): Ranks | undefined {
  if (options === undefined) return undefined;
  const { group = defaultGroup('train') } = options;
  reductionOf(learner);
  return group.size === 1 ? undefined : new Ranks(group);
}
