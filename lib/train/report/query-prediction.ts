import {
  type Check,
  finiteNumber,
  flag,
  fraction,
  integerFrom,
  isPlainObject,
  type Json,
  jsonObject,
  listOf,
  literal,
  notNegative,
  nullable,
  optional,
  type ReadOptions,
  recordOf,
  required,
  strictObject,
  string,
} from '../../check';
import { invalidArgument, outOfRange } from '../../errors';

export const FORMAT = 'metatorch-predictions';
export const VERSION = 1;

/** How far the probabilities of a query may sum from 1, which those of bfloat16 are. */
const TOLERANCE = 0.01;

const count: Check<number> = (value, name, operator) => integerFrom(1, value, name, operator);
const index: Check<number> = (value, name, operator) => integerFrom(0, value, name, operator);

/** A number, or the least and the greatest of what was drawn anew every time. */
const countOrRange: Check<number | readonly [number, number]> = (value, name, operator) => {
  if (!Array.isArray(value)) return count(value, name, operator);
  const [least, most] = listOf(count)(value, name, operator);
  if (value.length === 2 && least !== undefined && most !== undefined && least <= most) {
    return [least, most];
  }
  throw outOfRange('[least, most]', `${name} of ${operator}`, value, operator);
};

/** A row of a data set: its number, or a name that it has there. */
const rowCheck: Check<number | string> = (value, name, operator) =>
  typeof value === 'string' ? value : index(value, name, operator);

const PROTOCOL = {
  /** The data that the queries are of: a name of the catalogue, or a path. */
  dataset: required(string),
  /** Which part of the data, for example `test`. */
  split: optional(string),
  /** What answered, in words for people: `prototypical, MiniLM`. */
  model: required(string),
  /** N: the classes of an episode, or their least and greatest number. */
  ways: optional(countOrRange),
  /** K: the examples of a class, or their least and greatest number. */
  shots: optional(countOrRange),
  /** Q: the queries of a class. */
  queries: optional(count),
  /** What fixes the episodes. */
  seed: optional<number | string>(rowCheck),
  /** The command that makes the same predictions again. */
  command: optional(string),
  /** The config of the run, and whatever else is needed to make it again. */
  config: optional<{ readonly [key: string]: Json }>(jsonObject),
};

/** What was asked of which model: everything that two files must share to be compared, but the model. */
export type Protocol = Readonly<ReadOptions<typeof PROTOCOL>>;

/** The first line of a file of predictions. */
export type PredictionHeader = {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  /** The version of metatorch that wrote it. */
  readonly metatorch: string;
  readonly protocol: Protocol;
  /** Whether the texts are in the file. */
  readonly texts: boolean;
};

const NEAREST = {
  /** The row of the example. */
  row: optional<number | string>(rowCheck),
  text: optional(string),
  label: required(string),
  similarity: required(finiteNumber),
};

/** An example that a query was most like. */
export type NearestExample = Readonly<ReadOptions<typeof NEAREST>>;

const QUERY = {
  /** The number of the episode; 0 where all queries are asked of one set of examples. */
  episode: required(index),
  /** Which of several sources of tasks the episode is of. */
  source: optional(string),
  /** The row of the query in its data. */
  row: required<number | string>(rowCheck),
  text: optional(string),
  /** The length of the text in characters (code points), in files without texts. */
  characters: optional(index),
  /** The true label; null if the query has none of the episode's, and is out of scope. */
  label: required(nullable(string)),
  /** The answer; null if the model took the query to be out of scope. */
  predicted: required(nullable(string)),
  /** The probability of every label of the episode. */
  probabilities: required<Readonly<Record<string, number>>>(recordOf(fraction)),
  /**
   * How sure the model is that the query has one of the labels at all, on any scale. Default: the greatest
   * probability.
   */
  familiarity: optional(finiteNumber),
  /** The examples that the query was most like, the nearest first. */
  nearest: optional<readonly NearestExample[]>(listOf(strictObject(NEAREST))),
  /** Milliseconds that the answer took; of a batch, its share. */
  ms: optional(notNegative),
  /** What groups the query belongs to: `{ language: 'en', domain: 'cards' }`. */
  groups: optional<Readonly<Record<string, string>>>(recordOf(string)),
};

/** One query of an evaluation, and what a model answered. */
export type QueryPrediction = Readonly<ReadOptions<typeof QUERY>>;

const fields = strictObject(QUERY);

/** Returns `value` if it is a query with an answer, whose labels and probabilities fit each other. */
export const queryPrediction: Check<QueryPrediction> = (value, name, operator) => {
  const query = fields(value, name, operator);
  const { label, predicted, probabilities } = query;
  const labels = Object.values(probabilities);
  const sum = labels.reduce((total, probability) => total + probability, 0);
  if (labels.length === 0 || Math.abs(sum - 1) > TOLERANCE) {
    const expected = 'probabilities of all labels, which sum to 1';
    const where = `${name}.probabilities of ${operator}`;
    if (labels.length === 0) throw invalidArgument(expected, where, probabilities, operator);
    throw outOfRange(expected, `the sum of ${where}`, sum, operator);
  }
  for (const [field, one] of Object.entries({ label, predicted })) {
    if (one === null || Object.hasOwn(probabilities, one)) continue;
    throw outOfRange(
      `one of the labels in ${name}.probabilities, or null`,
      `${name}.${field} of ${operator}`,
      one,
      operator,
    );
  }
  return query;
};

/** Returns `value` if it is a protocol. */
export const protocol: Check<Protocol> = strictObject(PROTOCOL);

/** Returns `value` if it is the header of a file that this version reads. */
export const predictionHeader: Check<PredictionHeader> = strictObject({
  format: required(literal(FORMAT)),
  version: required(literal(VERSION)),
  metatorch: required(string),
  protocol: required(protocol),
  texts: required(flag),
});

const footer = strictObject({ end: required(strictObject({ queries: required(index) })) });

/** The number of queries, if a value is the last line of a file of predictions. */
export function queriesOfEnd(value: unknown): number | undefined {
  if (!isPlainObject(value) || !('end' in value)) return undefined;
  return footer(value, 'the last line', 'the file').end.queries;
}
