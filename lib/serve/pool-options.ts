import {
  atOnce,
  type OptionsOf,
  objectOf,
  positiveInteger,
  type ReadOptions,
  withDefault,
} from '../check';
import { invalidArgument } from '../errors';
import { DEFAULT_ENCODER } from '../text/encoders/default-encoder';
import type { LoadEncoderOptions } from '../text/encoders/open-encoder';
import { SentenceEncoder } from '../text/encoders/sentence-encoder';

const encoderOf = (value: unknown, name: string, operator: string): string | SentenceEncoder => {
  if (typeof value === 'string' || value instanceof SentenceEncoder) return value;
  throw invalidArgument(
    'a name, a folder or a SentenceEncoder',
    `${name} of ${operator}`,
    value,
    operator,
  );
};

/** The options of an encoder pool. */
export const POOL_OPTIONS = {
  /** The encoder: a name or folder, see `loadEncoder`, or one that is loaded and stays the caller's. */
  encoder: withDefault<string | SentenceEncoder>(encoderOf, DEFAULT_ENCODER),
  /** Threads that answer requests, whatever is being fitted. Default: 1. */
  workers: withDefault(atOnce, 1),
  /**
   * Threads beside them that fit and edit classifiers. Classifiers take turns. Of two or more threads one
   * does nothing of more than 1,000 examples, so that small edits need not wait for large fits. Default: 2.
   */
  fitters: withDefault(atOnce, 2),
  /** Threads of libtorch in each of them. Default: 1. */
  threads: withDefault(atOnce, 1),
  /** The most texts that are encoded together. Default: 32. */
  maxBatch: withDefault(positiveInteger, 32),
  /** The most texts that may wait; more are refused. Default: 1,024. */
  maxQueue: withDefault(positiveInteger, 1024),
  /** How a named encoder is loaded; see `loadEncoder`. Default: `{}`. */
  load: withDefault<LoadEncoderOptions>(objectOf, {}),
};

export type EncoderPoolOptions = OptionsOf<typeof POOL_OPTIONS>;

/** What decides on the threads and the queue. */
export type PoolLimits = Omit<ReadOptions<typeof POOL_OPTIONS>, 'encoder' | 'load'>;
