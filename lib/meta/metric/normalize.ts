import type { Tensor } from '../../torch/index';

// Below it a length counts as none.
const SMALLEST_LENGTH = 1e-12;

/** Rows `[…, D]` scaled to the length 1; rows of zeros stay. */
export function normalize(rows: Tensor): Tensor {
  return rows.div(rows.norm(2, [-1], true).clampMin(SMALLEST_LENGTH));
}
