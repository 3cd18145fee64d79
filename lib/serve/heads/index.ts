import type { Tree } from '../../torch';
import { classMean } from './class-mean';
import type { Examples, Head } from './head';
import { logistic } from './logistic';
import { metaTrained } from './meta-trained';
import { multiLabel } from './multi-label';
import { nearestExamples } from './nearest-examples';
import { ridge } from './ridge';
import { svm } from './svm';

/** What stands behind the name of a head. */
export type HeadEntry = {
  head: Head<Tree>;
  /** β that is usual for its scores; held-out examples correct it. */
  sharpness: number;
  /** True if labels do not exclude each other: a text has those whose score is above 0. */
  several: boolean;
};

const entry = <S extends Tree>(head: Head<S>, sharpness: number, several = false): HeadEntry =>
  // Each head is only ever given a state that it has made, which is filed under its own name.
  ({ head: head as unknown as Head<Tree>, sharpness, several });

/** All heads by name: the one list for options, files and the choice among them. */
export const HEADS = {
  'class-mean': entry(classMean, 20),
  ridge: entry(ridge, 8),
  logistic: entry(logistic, 2.7),
  'nearest-examples': entry(nearestExamples, 1),
  svm: entry(svm, 4),
  'meta-trained': entry(metaTrained, 25),
  'multi-label': entry(multiLabel, 8, true),
} as const satisfies Record<string, HeadEntry>;

export type HeadName = keyof typeof HEADS;

export const HEAD_NAMES = Object.keys(HEADS) as readonly HeadName[];

/** Whether a text may have several labels by a head, or one alone. */
export function givesSeveral(head: HeadName | 'auto'): boolean {
  return head !== 'auto' && HEADS[head].several;
}

/**
 * The heads that are tried where none is named; the first wins where they do not differ, as with one
 * example of each label, which leaves none to hold out. The meta-trained one comes first where there is a
 * map: it is the class mean wherever the map knows nothing.
 */
export function candidates({ map }: Pick<Examples, 'map'>): [HeadName, ...HeadName[]] {
  const others = ['logistic', 'nearest-examples', 'ridge'] as const;
  return map === undefined ? ['class-mean', ...others] : ['meta-trained', 'class-mean', ...others];
}
