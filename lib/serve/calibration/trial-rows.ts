import type { Tensor } from '../../torch';

/** Enough examples to choose a head by. */
export const MOST_TRIED = 2048;

type Keyed = { y: Tensor; keys: Uint32Array; labels: number };

/**
 * The rows that heads are tried on where there are more than 2,048: as many of each label as have room, those with the
 * least keys, and two at least, so that one can be held out. Undefined where all are tried.
 */
export function trialRows({ y, keys, labels }: Keyed): readonly number[] | undefined {
  if (y.size(0) <= MOST_TRIED) return undefined;
  const numbers = (y.tolist() as bigint[]).map(Number);
  const each = Math.max(2, Math.floor(MOST_TRIED / labels));
  const byLabel = Array.from({ length: labels }, (): number[] => []);
  for (const [row, label] of numbers.entries()) byLabel[label]?.push(row);
  const least = byLabel.flatMap((rows) =>
    rows.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0)).slice(0, each),
  );
  return least.sort((a, b) => a - b);
}
