import type { LabeledText, TextGroups } from '../../text/datasets/dataset';
import type { PlainError } from '../../threads/plain-error';
import type { StepReport } from '../callbacks/callback';
import type { Evaluation } from '../evaluate';
import type { RunConfig } from './config';
import type { FitResult } from './fit';

/** What a thread is started with to train. */
export type FitSetup = {
  readonly config: RunConfig;
  /** The data set, if the config names none. */
  readonly data?:
    | {
        readonly name: string;
        readonly classes: readonly string[];
        readonly rows: readonly (LabeledText & { readonly groups?: TextGroups })[];
      }
    | undefined;
  /** Where the model is saved. */
  readonly folder: string;
  readonly checkpoints: string | undefined;
  readonly resume: boolean | 'auto' | undefined;
};

/** What a thread says while it trains, and at its end. */
export type FitMessage =
  | { readonly kind: 'start'; readonly steps: number }
  | { readonly kind: 'step'; readonly report: StepReport }
  | { readonly kind: 'evaluation'; readonly step: number; readonly evaluation: Evaluation }
  | { readonly kind: 'close' }
  | { readonly kind: 'done'; readonly result: Omit<FitResult, 'model'> }
  | { readonly kind: 'failed'; readonly error: PlainError };

/** What a thread is told: to end after the step in progress. */
export type FitOrder = { readonly kind: 'stop'; readonly reason: string };
