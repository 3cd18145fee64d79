import type { Tensor } from '../../lib/torch';

const BINS = 15;

/**
 * The expected calibration error over 15 bins of equal width: Chuan Guo et al. 2017.
 *
 * @param confidence the greatest probability of each text
 * @param right 1 where its label is right, else 0
 */
export function calibrationError(confidence: Tensor, right: Tensor): number {
  const [p, hits] = [confidence, right].map((x) => x.to('float64').tolist() as number[]);
  const gaps = new Array<number>(BINS).fill(0);
  p?.forEach((value, i) => {
    const bin = Math.min(Math.floor(value * BINS), BINS - 1);
    gaps[bin] = (gaps[bin] ?? 0) + (hits?.[i] ?? 0) - value;
  });
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / (p?.length ?? 1);
}

/** The chance that a known text scores above an unknown one, ties counted half. */
export function auroc(known: Tensor, unknown: Tensor): number {
  const numbers = (x: Tensor): number[] => x.to('float64').tolist() as number[];
  const all = [
    ...numbers(known).map((score) => ({ score, known: 1 })),
    ...numbers(unknown).map((score) => ({ score, known: 0 })),
  ].sort((a, b) => a.score - b.score);
  let ranks = 0;
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to]?.score === all[from]?.score) to++;
    for (let i = from; i < to; i++) ranks += all[i]?.known ? (from + to + 1) / 2 : 0;
    from = to;
  }
  const [n, m] = [known.size(0), unknown.size(0)];
  return (ranks - (n * (n + 1)) / 2) / (n * m);
}
