import { atOnce, type OptionsOf, positiveInteger, withDefault } from '../../check';

/** The options of `AdaptedClassifier.load`. */
export const ADAPTED_OPTIONS = {
  /** Threads that answer; each has the model. Default: 1. */
  workers: withDefault(atOnce, 1),
  /** Threads of libtorch in each of them. Default: 1. */
  threads: withDefault(atOnce, 1),
  /** Requests that may wait. Default: 1,000. */
  maxQueue: withDefault(positiveInteger, 1000),
};

export type AdaptedOptions = OptionsOf<typeof ADAPTED_OPTIONS>;
