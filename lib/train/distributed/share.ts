import { type Episodes, taskCount } from '../../meta/episode';
import { splitEpisodes } from '../../meta/split-episodes';
import type { Tree } from '../../torch';

/** Which part of the work is a rank's. */
export type Share = { readonly rank: number; readonly size: number };

/** Where a rank's part of `count` things that follow each other begins, and how many it has. */
export function ownPart(count: number, { rank, size }: Share): { from: number; count: number } {
  const each = Math.ceil(count / size);
  const from = Math.min(rank * each, count);
  return { from, count: Math.min(each, count - from) };
}

/** A rank's tasks of a batch; null if there are fewer tasks than ranks and it has none. */
export function ownEpisodes<I extends Tree>(
  episodes: Episodes<I>,
  { rank, size }: Share,
): Episodes<I> | null {
  if (size === 1) return episodes;
  return splitEpisodes(episodes, Math.ceil(taskCount(episodes.support) / size))[rank] ?? null;
}
