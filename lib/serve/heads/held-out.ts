import { type Tensor, type Tree, torch } from '../../torch';
import type { Examples, Head } from './head';

const FOLDS = 5;

/**
 * The scores `[n, N]` of each example by the head fitted without it: in the head's closed form where it
 * has one, else fold by fold. The examples of a label are spread evenly over 5 folds, in their order. The
 * only example of a label scores −∞ there.
 */
export function heldOutScores<S extends Tree>(head: Head<S>, state: S, examples: Examples): Tensor {
  return torch.scope(() => {
    const scores = head.heldOut?.(state, examples) ?? byFolds(head, examples);
    const { y, labels } = examples;
    const counts = torch.zeros([labels]).indexAdd(0, y, torch.ones([y.size(0)]));
    const alone = counts.indexSelect(0, y).eq(1).unsqueeze(1);
    const own = torch.arange(labels).unsqueeze(0).eq(y.unsqueeze(1));
    return scores.maskedFill(alone.logicalAnd(own), -Infinity);
  });
}

function byFolds<S extends Tree>(head: Head<S>, { x, y, labels }: Examples): Tensor {
  const numbers = (y.tolist() as bigint[]).map(Number);
  const folds = foldOf(numbers, labels);
  const scores = torch.full([x.size(0), labels], -Infinity);
  for (let fold = 0; fold < FOLDS; fold++) {
    const test = [...folds.keys()].filter((i) => folds[i] === fold);
    const train = [...folds.keys()].filter((i) => folds[i] !== fold);
    if (test.length === 0 || train.length === 0) continue;
    // A label without an example left has no place in this fold's head.
    const present = [...new Set(train.map((i) => numbers[i] ?? 0))].sort((a, b) => a - b);
    torch.scope(() => {
      const rest = train.map((i) => present.indexOf(numbers[i] ?? 0));
      const rows = { x: x.indexSelect(0, indices(train)), y: indices(rest) };
      const state = head.fit({ ...rows, labels: present.length });
      const found = head.scores(state, x.indexSelect(0, indices(test)));
      const full = torch.full([test.length, labels], -Infinity);
      scores.indexCopy_(0, indices(test), full.indexCopy(1, indices(present), found));
    });
  }
  return scores;
}

const indices = (numbers: readonly number[]): Tensor =>
  torch.tensor(BigInt64Array.from(numbers, BigInt));

/** The fold of each example: those of a label go round, and start where the label before ended. */
function foldOf(y: readonly number[], labels: number): number[] {
  const folds = new Array<number>(y.length);
  let next = 0;
  const byLabel = Array.from({ length: labels }, (): number[] => []);
  for (const [i, label] of y.entries()) byLabel[label]?.push(i);
  for (const rows of byLabel) for (const row of rows) folds[row] = next++ % FOLDS;
  return folds;
}
