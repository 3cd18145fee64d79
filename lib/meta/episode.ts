import { objectOf, positiveInteger } from '../check';
import { invalidArgument, outOfRange } from '../errors';
import { type Tensor, type Tree, torch } from '../torch';
import { allWithin, shapeOf, wrongShape } from '../torch/check-tensors';

/** Inputs of T tasks and their labels. */
export type Examples<I extends Tree = Tensor> = {
  /** What the model takes, with a leading task axis: `[T, n, …]`. */
  inputs: I;
  /** `[T, n]`, int64, from 0 to N − 1 within each task; `IGNORED` where a row only fills up. */
  labels: Tensor;
};

/**
 * T tasks of N ways each: learn from the support set, answer the query set. Tasks with fewer
 * examples than the largest are filled up with rows whose label is `IGNORED`.
 */
export type Episodes<I extends Tree = Tensor> = {
  /** N: classes in each task. */
  ways: number;
  support: Examples<I>;
  query: Examples<I>;
  /**
   * `[T, N]`, int64: which of the data's classes each label stands for, for learners that tell all
   * classes of meta-training apart.
   */
  classes?: Tensor;
};

/** The label of rows that fill up a batch: they count in no loss, prototype or accuracy. */
export const IGNORED = -100;

/**
 * Refuses tasks without a query, whose loss would be 0 and whose accuracy NaN. Which rows only fill up
 * is looked at on the CPU; elsewhere that would wait for the device.
 *
 * @throws ArgumentRangeError
 */
export function requireQueries(labels: Tensor, operator: string): void {
  const [, rows = 0] = labels.shape;
  const empty = () =>
    !allWithin(labels, IGNORED + 1, Number.MAX_SAFE_INTEGER) &&
    torch.scope(() => labels.ne(IGNORED).flatten(1).any(1).all().item() === false);
  if (rows > 0 && (labels.dtype !== 'int64' || labels.device !== 'cpu' || !empty())) return;
  throw outOfRange('at least one query', 'each task', 'none', operator);
}

/** T: how many tasks there are. */
export function taskCount(examples: Examples<Tree>): number {
  const { labels } = objectOf(examples, 'examples', 'taskCount');
  return shapeOf(labels, 'labels', 'taskCount')[0] ?? 0;
}

/**
 * Refuses labels that do not name the rows `[T, n, …]` one by one. On the CPU their values are looked at
 * as well; elsewhere that would wait for the device.
 *
 * @throws ArgumentTypeError if the labels are not an int64 tensor; ArgumentRangeError if their shape is not
 *   `[T, n]`, one is neither `IGNORED` nor from 0 to `ways` − 1, or `ways` is not a positive integer
 */
export function checkLabels(rows: Tensor, labels: Tensor, ways: number, learner: string): void {
  positiveInteger(ways, 'ways', learner);
  const shape = shapeOf(labels, 'labels', learner);
  const expected = shapeOf(rows, 'rows', learner).slice(0, 2);
  if (shape.length !== 2 || shape.some((size, i) => size !== expected[i])) {
    throw wrongShape(`[${expected.join(', ')}]`, 'labels', shape, learner);
  }
  if (labels.dtype !== 'int64') {
    throw invalidArgument('int64', `the labels of ${learner}`, labels.dtype, learner);
  }
  if (labels.device !== 'cpu' || shape.includes(0)) return;
  if (allWithin(labels, 0, ways - 1)) return;
  const wrong = torch.scope(() => {
    const outside = labels.lt(0).logicalOr(labels.ge(ways)).logicalAnd(labels.ne(IGNORED));
    return labels.maskedSelect(outside).tolist() as bigint[];
  });
  if (wrong.length === 0) return;
  const range = `0 to ${ways - 1} or ${IGNORED}`;
  throw outOfRange(range, `the labels of ${learner}`, wrong[0], learner);
}

/**
 * Refuses what is not a support set of embeddings `[T, s, D]`: there must be at least one row of one task.
 *
 * @throws ArgumentRangeError if the embeddings' shape is another; what `checkLabels` throws
 */
export function checkSupport(
  embedded: Tensor,
  labels: Tensor,
  ways: number,
  learner: string,
): void {
  const { shape } = embedded;
  if (shape.length !== 3 || shape.includes(0)) {
    throw wrongShape('[T, s, D] with none of them 0', 'embedded support set', shape, learner);
  }
  checkLabels(embedded, labels, ways, learner);
}

/** Episodes of which each task has a query. */
export function checkQueries(episodes: Episodes<Tree>, operator: string): void {
  checkEpisodes(episodes, operator);
  requireQueries(episodes.query.labels, operator);
}

/** Labels `[T, n, …]` of as many tasks in the support sets as in the query sets. */
export function checkEpisodes(episodes: Episodes<Tree>, operator: string): void {
  const sets: Partial<Episodes<Tree>> = Object(episodes);
  const [tasks, queries] = (['support', 'query'] as const).map((name) => {
    const shape = shapeOf(sets[name]?.labels, `${name} labels`, operator);
    const [count = 0] = shape;
    if (shape.length >= 2 && count > 0) return count;
    throw wrongShape('[T, n] of at least one task', `${name} labels`, shape, operator);
  });
  if (tasks === queries) return;
  throw outOfRange(`as many as the ${tasks} of the support sets`, 'query sets', queries, operator);
}
