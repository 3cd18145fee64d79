import type { MessagePort } from 'node:worker_threads';
import type { EncoderSpec } from '../../text';
import type { PlainError } from '../../threads/plain-error';
import type { SharedTensor, Tree } from '../../torch';
import type { Core } from '../core';
import type { Answers, KeptRows, NewRows } from '../engine';
import type { Attribution, AttributionInput } from '../explain/integrated-gradients';
import type { HeldOutRow } from '../held-out-answers';
import type { Doubt } from '../informative';
import type { Plane } from '../plane';
import type { Scorer } from '../predict';
import type { Saved } from '../saved-classifier';
import type { Suspicion } from '../suspects';
import type { TuneInput } from '../tuning/tune-encoder';
import type { Tuned } from '../tuning/tuned';
import type { Shared } from './shared-tree';
import type { StopFlag } from './stop-flag';

/** What a worker is started with. */
export type WorkerSetup = {
  spec: EncoderSpec;
  params: Shared<Tree>;
  /** Threads of libtorch in each worker. */
  threads: number;
};

/** As `Saved`, with the core as tokens. */
export type SharedSaved = Omit<Saved, 'core'> & { core: Shared<Core> };

/** As `Requests`, with the scorers as tokens. */
export type SharedRequests = {
  texts: readonly string[];
  parts: readonly { scorer: Shared<Scorer>; count: number }[];
};

/** Work that may be given up while it is done. */
type Stoppable = { stop: StopFlag | undefined };

/** Each kind of task: what a worker gets, and what it returns. */
export type Tasks = {
  fit: {
    input: { rows: NewRows; tuned?: Shared<Tuned> | undefined } & Stoppable;
    output: Shared<Core>;
  };
  grow: { input: { core: Shared<Core>; rows: NewRows } & Stoppable; output: Shared<Core> };
  narrow: { input: { core: Shared<Core>; rows: KeptRows } & Stoppable; output: Shared<Core> };
  predict: { input: SharedRequests; output: Answers };
  suspects: { input: Shared<Core>; output: readonly Suspicion[] };
  attribute: {
    input: { scorer: Shared<Scorer>; input: AttributionInput };
    output: Attribution | null;
  };
  heldOut: { input: Shared<Core>; output: readonly HeldOutRow[] };
  plane: { input: { scorer: Shared<Scorer>; texts: readonly string[] }; output: Plane };
  informative: {
    input: { scorer: Shared<Scorer>; texts: readonly string[]; count: number };
    output: readonly Doubt[];
  };
  save: { input: { folder: string; saved: SharedSaved }; output: null };
  load: { input: { folder: string }; output: SharedSaved };
  encode: {
    input: { texts: readonly string[]; scorer?: Shared<Scorer> | undefined };
    output: SharedTensor;
  };
};

/** The task of a thread for training; steps go to the port. */
export type TuneTask = { input: TuneInput; port: MessagePort };

export type TaskName = keyof Tasks;

/** The result of a task, or the error in plain data: threads would lose its class and its code. */
export type Outcome<T> = { value: T } | { error: PlainError };
