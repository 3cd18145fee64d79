import type { ProcessGroup } from '../../torch';
import { gatherValues } from './gather-values';

/** What `work` makes of each item, in their order: each rank does its share, and all get all. */
export function overRanks<T, R>(
  items: Iterable<T>,
  group: ProcessGroup | undefined,
  work: (item: T) => R,
): R[] {
  if (group === undefined || group.size === 1) return Array.from(items, work);
  const own: R[] = [];
  let count = 0;
  for (const item of items) {
    if (count % group.size === group.rank) own.push(work(item));
    count++;
  }
  const all = gatherValues(own, group);
  return Array.from({ length: count }, (_, i) => {
    const result = all[i % group.size]?.[Math.floor(i / group.size)];
    if (result === undefined) {
      throw new Error(`Expected the same work on all ranks, but item ${i} is done on none`);
    }
    return result;
  });
}
