import type { Json } from '../../check';
import type { Tree } from '../../torch';
import type { History } from '../history';
import type { Layouts } from './layouts';
import type { RandomStates } from './random-states';

/** What a run needs to go on as if it had never been away. */
export type RunCheckpoint = {
  /** Steps taken: the next batch of a sampler follows from it. */
  readonly step: number;
  readonly params: Tree;
  /** The optimizer's state. */
  readonly optimizer: Tree;
  /** The best parameters so far, and the step whose evaluation says so. */
  readonly best?: { readonly params: Tree; readonly step: number };
  readonly history: History;
  readonly random: RandomStates;
  /** The states of callbacks, by their names. */
  readonly callbacks: Readonly<Record<string, Json>>;
  /** The user's word for what must be the same to go on, for example the hash of a config. */
  readonly fingerprint?: string | undefined;
  /** What changes the numbers, but does not keep a run from going on: versions, threads, … */
  readonly circumstances: { readonly [name: string]: Json };
  readonly layouts: Layouts;
};
