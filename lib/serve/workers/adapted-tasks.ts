import type { LabeledText } from '../../text';
import type { Plane } from '../plane';
import type { Outcome } from './tasks';

/** What the threads of an adapted classifier are started with. */
export type AdaptedSetup = {
  /** The folder of the model. */
  readonly folder: string;
  /** Threads of libtorch in each. */
  readonly threads: number;
};

/** Texts, and the examples that they are judged by. */
export type AdaptedRequest = {
  readonly texts: readonly string[];
  readonly examples: readonly LabeledText[];
  /** Whose examples they are: one key for each classifier. */
  readonly key: string;
  /** Changes with the examples, so that a thread adapts to them once. */
  readonly version: number;
};

/** What a model is, beside its parameters. */
export type AdaptedFacts = {
  readonly title: string;
  readonly examples: readonly LabeledText[];
};

/** The probability `[n, N]` of each label, in the order of the labels' first examples. */
export type AdaptedScores = readonly (readonly number[])[];

export type AdaptedTasks = {
  describe: { input: null; output: AdaptedFacts };
  score: { input: AdaptedRequest; output: AdaptedScores };
  plane: { input: AdaptedRequest; output: Plane };
};

export type AdaptedOutcome<K extends keyof AdaptedTasks> = Outcome<AdaptedTasks[K]['output']>;
