import {
  fraction,
  listOf,
  optional,
  type ReadOptions,
  required,
  stepCount,
  strictObject,
  string,
  withDefault,
} from '../../check';
import { ArgumentRangeError, outOfRange } from '../../errors';
import type { TextDataset } from '../../text/datasets/dataset';
import { readClassFolds } from '../../text/episodes/class-folds';
import { requireDisjointClasses } from '../../text/episodes/class-splits';
import { RandomSource } from '../../text/random-source';
import { type Chosen, choiceOf } from '../registry/kinds';

const SHARES = {
  /** The share of the classes for meta-training. Default: 0.6. */
  train: withDefault(fraction, 0.6),
  /** That for validation, which chooses among parameters; 0 for none. Default: 0.2. */
  validation: withDefault(fraction, 0.2),
  /** That for the test; 0 for none. Default: 0.2. */
  test: withDefault(fraction, 0.2),
  /** Draws the classes of each. Default: 0. */
  seed: withDefault(stepCount, 0),
};

const sharesCheck = strictObject(SHARES);

/** Shares of at most everything. */
const shares = Object.assign(
  ((value, name, operator) => {
    const own = sharesCheck(value, name, operator);
    const { train, validation, test } = own;
    if (train + validation + test <= 1 + 1e-9) return own;
    const where = `${name} of ${operator}`;
    const found = `${train} + ${validation} + ${test}`;
    const message = `Expected shares of at most 1 in all for ${where} but received ${found}`;
    throw new ArgumentRangeError(message, operator, where);
  }) as typeof sharesCheck,
  { schema: SHARES },
);

const names = listOf(string);

/** How the classes of a data set are divided, by name. */
export const SPLITS = {
  shares: { check: shares },
  classes: {
    check: strictObject({
      /** The names of the classes for meta-training. */
      train: required(names),
      /** Those for validation. Default: none. */
      validation: withDefault(names, []),
      /** Those for the test. Default: none. */
      test: withDefault(names, []),
    }),
  },
  folds: {
    check: strictObject({
      /** A folder of published folds; see `readClassFolds`. */
      folder: required(string),
      /** Which of them. Default: the first. */
      fold: optional(string),
    }),
  },
} as const;

export const splitsChoice = choiceOf(SPLITS, 'shares');

export type SplitsConfig = Chosen<typeof SPLITS>;

/** The classes of each part of a run; none of them is in two. */
export type RunClasses = {
  readonly train: readonly string[];
  readonly validation: readonly string[];
  readonly test: readonly string[];
};

/**
 * The classes of each part of a run.
 *
 * @throws ArgumentRangeError for a class that the data set has not or that is in two parts; DataFileError for
 *   folds that cannot be read
 */
export async function classesOf(dataset: TextDataset, config: SplitsConfig): Promise<RunClasses> {
  const classes = await chosenClasses(dataset, config);
  const known = new Set(dataset.classes);
  for (const [part, labels] of Object.entries(classes)) {
    const stranger = labels.find((label) => !known.has(label));
    if (stranger === undefined) continue;
    throw outOfRange(`classes of '${dataset.name}'`, `splits.${part} of the config`, stranger);
  }
  return requireDisjointClasses(classes);
}

async function chosenClasses(dataset: TextDataset, config: SplitsConfig): Promise<RunClasses> {
  switch (config.kind) {
    case 'shares':
      return sharesOf(dataset.classes, config);
    case 'classes':
      return { train: config.train, validation: config.validation, test: config.test };
    case 'folds': {
      const folds = await readClassFolds(config.folder);
      const fold =
        config.fold === undefined ? folds[0] : folds.find(({ name }) => name === config.fold);
      if (fold === undefined) {
        const expected = folds.map(({ name }) => `'${name}'`).join(' or ');
        throw outOfRange(expected, 'splits.fold of the config', config.fold);
      }
      const { metaTrain, metaValidation, metaTest } = fold.splits;
      return { train: metaTrain, validation: metaValidation, test: metaTest };
    }
  }
}

function sharesOf(
  all: readonly string[],
  { train, validation, test, seed }: ReadOptions<typeof SHARES>,
): RunClasses {
  const shuffled = new RandomSource(BigInt(seed)).shuffle([...all].toSorted());
  const first = Math.round(all.length * train);
  const second = first + Math.round(all.length * validation);
  const third = Math.min(all.length, second + Math.round(all.length * test));
  return {
    train: shuffled.slice(0, first),
    validation: shuffled.slice(first, second),
    test: shuffled.slice(second, third),
  };
}
