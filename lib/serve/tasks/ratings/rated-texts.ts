import { finiteNumber, listOf, recordOf, required, strictObject } from '../../../check';
import { outOfRange } from '../../../errors';
import type { RatedText } from '../../../text';
import { writtenText } from '../../../text/datasets/labeled-text';

/** Ratings of all tasks together: the work grows with the third power of it. */
const MOST_RATINGS = 4096;

export const ratedTexts = listOf(
  strictObject({ text: required(writtenText), rating: required(finiteNumber) }),
);

/** The rows of all tasks, and for each the number of its task. */
export type RatedTasks = { readonly rows: readonly RatedText[]; readonly tasks: readonly number[] };

const byTask = recordOf(ratedTexts);

/**
 * Reads tasks that a prior can be learned from.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for other than two tasks or more with texts and finite numbers, which
 *   are not all the same, and for too many
 */
export function ratedTasks(
  input: Readonly<Record<string, readonly RatedText[]>>,
  operator: string,
): RatedTasks {
  const name = `tasks of ${operator}`;
  const lists = Object.values(byTask(input, 'tasks', operator)).filter((own) => own.length > 0);
  if (lists.length < 2) {
    throw outOfRange('at least 2 tasks with ratings', name, lists.length, operator);
  }
  const rows = lists.flat();
  if (rows.length > MOST_RATINGS) {
    throw outOfRange(`at most ${MOST_RATINGS} ratings`, name, rows.length, operator);
  }
  const [first] = rows;
  if (rows.every(({ rating }) => rating === first?.rating)) {
    throw outOfRange('ratings that differ', name, first?.rating, operator);
  }
  return { rows, tasks: lists.flatMap((own, task) => own.map(() => task)) };
}
