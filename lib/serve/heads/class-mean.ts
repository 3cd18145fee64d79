import { normalize } from '../../meta/metric/normalize';
import { type Tensor, torch } from '../../torch';
import type { Examples, Head } from './head';

/** Sums `[N, D]` of the examples of each label, and their numbers `[N, 1]`. */
export type ClassSums = { sums: Tensor; counts: Tensor };

/**
 * The nearest mean of a label's examples, by cosine.
 *
 * Thomas Mensink, Jakob Verbeek, Florent Perronnin, Gabriela Csurka: Distance-Based Image
 * Classification: Generalizing to New Classes at Near-Zero Cost, TPAMI 2013.
 */
export const classMean: Head<ClassSums> = {
  fit: sumsOf,
  // The direction of a sum is that of the mean.
  scores: ({ sums }, x) => x.matmul(normalize(sums).mT),
  heldOut: ({ sums }, examples, rows) => {
    const [x, y] = [examples.x.indexSelect(0, rows), examples.y.indexSelect(0, rows)];
    const others = normalize(sums.indexSelect(0, y).sub(x)).mul(x).sum([1], true);
    return x.matmul(normalize(sums).mT).scatter(1, y.unsqueeze(1), others);
  },
  add: (state, added) => grownSums(state, sumsOf(added)),
};

/** The sums of examples and of more, which may be of new labels. */
export function grownSums(before: ClassSums, more: ClassSums): ClassSums {
  const grown = (old: Tensor, sum: Tensor): Tensor =>
    torch.cat([old, sum.newZeros([sum.size(0) - old.size(0), sum.size(1)])]).add(sum);
  return { sums: grown(before.sums, more.sums), counts: grown(before.counts, more.counts) };
}

export function sumsOf({ x, y, labels }: Examples): ClassSums {
  const ones = torch.ones([x.size(0), 1]);
  return {
    sums: torch.zeros([labels, x.size(1)]).indexAdd(0, y, x),
    counts: torch.zeros([labels, 1]).indexAdd(0, y, ones),
  };
}
