import { greatest } from '../../extremes';
import { type Tensor, type Tree, torch } from '../../torch';
import { type ClassSums, sumsOf } from './class-mean';
import { indices } from './features';
import type { Examples, Head, HeldOut, OwnRows } from './head';

/** A fold leaves four fifths of the examples of each label for the head, and more where few are held out. */
const FOLDS = 5;

/** The examples at `rows` as held out of all. */
export function holdOut(
  examples: Examples,
  rows: readonly number[],
  { sums }: ClassSums = sumsOf(examples),
): HeldOut {
  const { x, y, ...rest } = examples;
  const at = indices(rows);
  const own = ownRows(x.indexSelect(0, at), y.indexSelect(0, at), sums);
  return { ...rest, y, rows, at, own, all: () => x };
}

/** What is to be known of held-out rows `[m, D]` of labels `[m]`. */
export function ownRows(x: Tensor, y: Tensor, sums: Tensor): OwnRows {
  return { x, y, lengths: x.square().sum([1], true), products: x.matmul(sums.mT) };
}

/**
 * The scores `[m, N]` of held-out examples by heads that have not seen them: in the head's closed form where it has
 * one, else fold by fold, those of each label spread evenly over 5 folds: over fewer where those leave as many to the
 * heads, one where at most a fifth of each label is held out. Which fold an example is in follows from the keys of the
 * texts, so that the order of examples and of labels means nothing. The only example of a label scores −∞ for it.
 */
export function heldOutScores<S extends Tree>(head: Head<S>, state: S, held: HeldOut): Tensor {
  return torch.scope(() => {
    const scores = head.heldOut?.(state, held) ?? byFolds(head, state, held);
    const y = held.own.y.unsqueeze(1);
    const isAlone = held.y.bincount(null, held.labels).take(y).eq(1);
    return scores.scatter_(1, y, scores.gather(1, y).maskedFill_(isAlone, -Infinity));
  });
}

function byFolds<S extends Tree>(head: Head<S>, like: S, held: HeldOut): Tensor {
  const { y, labels, names, rows, all, check } = held;
  const x = all();
  const numbers = (y.tolist() as bigint[]).map(Number);
  const folds = foldOf(held, numbers);
  const scores = torch.full([rows.length, labels], -Infinity);
  const placeOf = new Map(rows.map((row, i) => [row, i]));
  for (let fold = 0; fold < FOLDS; fold++) {
    check?.();
    const test = rows.filter((row) => folds.get(row) === fold);
    if (test.length === 0) break;
    const train = [...numbers.keys()].filter((row) => folds.get(row) !== fold);
    if (train.length === 0) continue;
    // A label without an example left has no place in this fold's head.
    const present = [...new Set(train.map((row) => numbers[row] ?? 0))].sort((a, b) => a - b);
    torch.scope(() => {
      const place = new Map(present.map((label, i) => [label, i]));
      const labelsOfPart = train.map((row) => place.get(numbers[row] ?? 0) ?? 0);
      const part = { x: x.indexSelect(0, indices(train)), y: indices(labelsOfPart) };
      const own = names?.indexSelect(0, indices(present));
      const rest = { ...part, labels: present.length, names: own, check };
      const state = head.fitLike?.(like, rest) ?? head.fit(rest);
      const found = head.scores(state, x.indexSelect(0, indices(test)));
      const full = torch.full([test.length, labels], -Infinity);
      const at = indices(test.map((row) => placeOf.get(row) ?? 0));
      scores.indexCopy_(0, at, full.indexCopy(1, indices(present), found));
    });
  }
  return scores;
}

/** The fold of each row: those of a label go round in the order of their keys, and start where the label before ended. */
function foldOf(
  { rows, labels, keys }: HeldOut,
  y: readonly number[],
): ReadonlyMap<number, number> {
  const key = (row: number): number => keys?.[row] ?? row;
  const byLabel = Array.from({ length: labels }, (): number[] => []);
  for (const row of rows) byLabel[y[row] ?? 0]?.push(row);
  const all = new Array<number>(labels).fill(0);
  for (const label of y) all[label] = (all[label] ?? 0) + 1;
  // An only example is missed by any fold.
  const shares = byLabel.map((own, label) => {
    const count = all[label] ?? 0;
    return count < 2 ? 0 : own.length / count;
  });
  const count = Math.max(1, Math.ceil(FOLDS * greatest(shares)));
  const least = (own: readonly number[]): number => key(own[0] ?? 0);
  const inTurn = byLabel
    .filter((own) => own.length > 0)
    .map((own) => own.sort((a, b) => key(a) - key(b)))
    .sort((a, b) => least(a) - least(b));
  return new Map(inTurn.flat().map((row, i) => [row, i % count]));
}
