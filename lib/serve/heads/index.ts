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

type HeadNames = [HeadName, ...HeadName[]];

/** The class mean, and before it the head that is it wherever the map knows nothing. */
const means = ({ map }: Pick<Examples, 'map'>): HeadNames =>
  map === undefined ? ['class-mean'] : ['meta-trained', 'class-mean'];

/** All heads that are tried where none is named. */
export const autoHeads = (known: Pick<Examples, 'map'>): HeadNames => [
  'logistic',
  ...means(known),
  'ridge',
  'nearest-examples',
];

/** Of fewer examples a label, on average, the class mean is trusted more than logistic regression. */
const FEW = 2;
/** Below, single examples say too little to be asked. */
const LEAST_TO_ASK = 5;

/** Those that are tried on some examples: the first one is taken unless another is better beyond doubt. */
export function candidates({ map, y, labels }: Omit<Examples, 'x'>): HeadNames {
  const each = y.size(0) / labels;
  const others: HeadName[] = each < LEAST_TO_ASK ? ['ridge'] : ['ridge', 'nearest-examples'];
  if (each < FEW) return [...means({ map }), 'logistic', ...others];
  return ['logistic', ...means({ map }), ...others];
}
