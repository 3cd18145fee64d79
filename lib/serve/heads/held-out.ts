import { oneHot } from '../../meta/task-loss';
import { type Tensor, type Tree, torch } from '../../torch';
import { indices } from './features';
import type { Examples, Head } from './head';

const FOLDS = 5;

/**
 * The scores `[m, N]` of the examples at `rows` by heads that have not seen them: in the head's closed
 * form where it has one, else fold by fold, those at `rows` of each label spread evenly over 5 folds in
 * their order. The only example of a label scores −∞ for it.
 */
export function heldOutScores<S extends Tree>(
  head: Head<S>,
  state: S,
  examples: Examples,
  rows: readonly number[],
): Tensor {
  return torch.scope(() => {
    const scores = head.heldOut?.(state, examples, indices(rows)) ?? byFolds(head, examples, rows);
    const counts = examples.y.bincount(null, examples.labels).unsqueeze(0);
    const own = oneHot(examples.y.indexSelect(0, indices(rows)), examples.labels, scores);
    return scores.maskedFill(own.mul(counts.eq(1)).to('bool'), -Infinity);
  });
}

function byFolds<S extends Tree>(
  head: Head<S>,
  { x, y, labels }: Examples,
  rows: readonly number[],
): Tensor {
  const numbers = (y.tolist() as bigint[]).map(Number);
  const folds = foldOf(rows, numbers, labels);
  const scores = torch.full([rows.length, labels], -Infinity);
  for (let fold = 0; fold < FOLDS; fold++) {
    const test = rows.filter((row) => folds.get(row) === fold);
    const train = [...numbers.keys()].filter((row) => folds.get(row) !== fold);
    if (test.length === 0 || train.length === 0) continue;
    // A label without an example left has no place in this fold's head.
    const present = [...new Set(train.map((row) => numbers[row] ?? 0))].sort((a, b) => a - b);
    torch.scope(() => {
      const place = new Map(present.map((label, i) => [label, i]));
      const rest = train.map((row) => place.get(numbers[row] ?? 0) ?? 0);
      const part = { x: x.indexSelect(0, indices(train)), y: indices(rest) };
      const state = head.fit({ ...part, labels: present.length });
      const found = head.scores(state, x.indexSelect(0, indices(test)));
      const full = torch.full([test.length, labels], -Infinity);
      const at = indices(test.map((row) => rows.indexOf(row)));
      scores.indexCopy_(0, at, full.indexCopy(1, indices(present), found));
    });
  }
  return scores;
}

/** The fold of each row: those of a label go round, and start where the label before ended. */
function foldOf(
  rows: readonly number[],
  y: readonly number[],
  labels: number,
): ReadonlyMap<number, number> {
  const byLabel = Array.from({ length: labels }, (): number[] => []);
  for (const row of rows) byLabel[y[row] ?? 0]?.push(row);
  return new Map(byLabel.flat().map((row, i) => [row, i % FOLDS]));
}
