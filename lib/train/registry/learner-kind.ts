import {
  type Check,
  listOf,
  optional,
  positiveInteger,
  type ReadOptions,
  type Schema,
  strictObject,
} from '../../check';
import { outOfRange } from '../../errors';
import type { Learner } from '../../meta';
import { type Layer, mlp } from '../../nn';
import type { Vocabulary } from '../../text/vocabulary';
import type { Tree } from '../../torch';

/** What a run makes a learner of, beside its options. */
export type LearnerParts = {
  /** Texts `[T, n, …]` to vectors `[T, n, D]`. */
  encoder: Layer<Tree, Tree>;
  /** D. */
  dimensions: number;
  /** The words of the encoder. @throws ArgumentRangeError if it has none */
  vocabulary(): Vocabulary;
};

export type AnyLearner = Learner<Tree, unknown, Tree>;

/** A learner by its name: its options, as a config has them, and how it is built. */
export type LearnerKind<S extends Schema = Schema> = {
  /** What people call it. */
  readonly title: string;
  readonly check: Check<ReadOptions<S>> & { readonly schema: S };
  /** The encoder that it needs. Default: any. */
  readonly encoder?: 'mean' | undefined;
  /** True for a learner that has nothing to train. */
  readonly untrained?: boolean | undefined;
  build(options: ReadOptions<S>, parts: LearnerParts): AnyLearner;
};

/** A learner of the registry. */
export function learnerKind<S extends Schema>(
  title: string,
  options: S,
  build: (options: ReadOptions<S>, parts: LearnerParts) => unknown,
  more: { readonly encoder?: 'mean'; readonly untrained?: boolean } = {},
): LearnerKind<S> {
  // A learner takes what its own `init` and encoder make, whatever their types.
  return { title, check: strictObject(options), build: build as LearnerKind<S>['build'], ...more };
}

/** N, of learners with as many outputs. */
export const WAYS = {
  /** N: the most classes that it can tell apart. Default: those of the run's episodes. */
  ways: optional(positiveInteger),
};

/** The model that adapts to a task, on top of the encoder. */
export const HEAD = {
  ...WAYS,
  /** The sizes of its hidden layers. Default: none, a linear model. */
  hidden: optional<readonly number[]>(listOf(positiveInteger)),
};

/** What learners with a model behind an encoder are made of. */
export function modelOn(
  { ways, hidden = [] }: { ways?: number | undefined; hidden?: readonly number[] | undefined },
  { encoder, dimensions }: LearnerParts,
) {
  return { encoder, model: mlp({ sizes: [dimensions, ...hidden, known(ways, 'ways')] }) };
}

/** An option that a run fills in, and that a saved model has. */
export function known(value: number | undefined, name: string): number {
  if (value !== undefined) return value;
  throw outOfRange('a positive integer', `${name} of the learner`, value, 'learner');
}
