import { string } from '../../check';
import { outOfRange } from '../../errors';
import type { MetaModelPool } from '../adapted/meta-model-pool';
import type { EncoderPool } from '../encoder-pool';
import type { ExamplesInput } from '../examples/read-examples';
import type { Servable } from '../servable';
import type { AdditionOptions, FewShotOptions } from '../setup';
import type { Change } from './changes';

/** How a classifier is fitted that shares the threads of others. */
export type FitSettings = Omit<FewShotOptions, 'pool'>;

/** Threads that classifiers work in: of an encoder, or of a meta-trained model. */
export type Pool = EncoderPool | MetaModelPool;

/** Classifiers by name, and all that changes them: in memory, or on a disk. */
export interface Classifiers {
  names(): readonly string[];
  get(name: string): Servable | undefined;
  /** The threads that classifiers work in, each pool once. */
  pools(): readonly Pool[];
  /** Changes a classifier. The promise is fulfilled once the change has taken effect for good. */
  change(name: string, change: Change, options?: AdditionOptions): Promise<void>;
  /** Fits a classifier, which takes the place of one with the same name. */
  put(name: string, examples: ExamplesInput, settings?: FitSettings): Promise<void>;
  /** Forgets a classifier. */
  remove(name: string): Promise<void>;
  /** Waits for what is under way, and frees what these classifiers own. */
  close(): Promise<void>;
}

/** Names stand in addresses and are folders beside the store's `lock`, also on systems that do not tell case. */
export const NAME_PATTERN = '^(?!lock$)[a-z0-9][a-z0-9_-]{0,63}$';
export const NAME_WORDS =
  '1 to 64 lower-case letters, digits, _ and -, the first a letter or digit, other than lock';

/** Returns `value` if a classifier can be named so. */
export function classifierName(value: unknown, operator: string): string {
  const name = string(value, 'the name of a classifier', operator);
  if (new RegExp(NAME_PATTERN, 'u').test(name)) return name;
  throw outOfRange(NAME_WORDS, `the name of a classifier of ${operator}`, name, operator);
}
