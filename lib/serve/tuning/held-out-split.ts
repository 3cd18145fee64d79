import { RandomSource } from '../../text/random-source';
import { rowsByLabel } from '../../train/contrastive/batches';

/** Rows to train on, and those that training does not see. */
export type Split = { train: readonly number[]; held: readonly number[] };

const SHARE = 0.2;
/** Labels of fewer examples keep them all. */
const LEAST = 3;

/** A fifth of each label's rows, at least one of three, held out at random; both in their order. */
export function heldOutSplit(y: readonly number[], seed: number): Split {
  const random = new RandomSource(seed);
  const held = new Set(
    rowsByLabel(y).flatMap((rows) =>
      rows.length < LEAST ? [] : random.sample(rows, Math.max(1, Math.round(SHARE * rows.length))),
    ),
  );
  const rows = [...y.keys()];
  return { train: rows.filter((row) => !held.has(row)), held: rows.filter((row) => held.has(row)) };
}
