import { type ProcessGroup, type Tensor, torch } from '../../torch';

/** A float64 is the sum of so many float32. */
const PARTS = 3;

function partsOf(value: number): number[] {
  const parts: number[] = [];
  let rest = value;
  for (let i = 0; i < PARTS; i++) {
    const part = Math.fround(rest);
    parts.push(part);
    rest = Number.isFinite(part) ? rest - part : 0;
  }
  return parts;
}

/**
 * This rank's numbers among zeros in the places of the others: the sum over ranks holds the numbers of all, to the last
 * bit also in float32. So they travel with a gradient, and save an exchange of their own.
 */
export function ownNumbers(
  numbers: readonly number[],
  { rank, size }: ProcessGroup,
  dtype: 'float32' | 'float64',
): Tensor {
  const own = numbers.flatMap(partsOf);
  const all = new Float64Array(own.length * size);
  all.set(own, rank * own.length);
  return torch.tensor(all, { dtype });
}

/** The sum over ranks, in their order, of numbers that `ownNumbers` has written. */
export function totalsOf(all: Tensor, count: number): number[] {
  const totals = new Array<number>(count).fill(0);
  const values = Array.from(all.data(), Number);
  for (let i = 0; i < values.length; i += PARTS) {
    const which = (i / PARTS) % count;
    const value = values.slice(i, i + PARTS).reduce((sum, part) => sum + part, 0);
    totals[which] = (totals[which] ?? 0) + value;
  }
  return totals;
}
