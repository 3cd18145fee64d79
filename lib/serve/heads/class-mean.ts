import { type Tensor, torch } from '../../torch';
import { unit } from './features';
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
  scores: ({ sums }, x) => x.matmul(unit(sums).mT),
  heldOut: ({ sums }, { x, y }) => {
    const all = x.matmul(unit(sums).mT);
    const others = unit(sums.indexSelect(0, y).sub(x)).mul(x).sum([1], true);
    return all.scatter(1, y.unsqueeze(1), others);
  },
};

function sumsOf({ x, y, labels }: Examples): ClassSums {
  const ones = torch.ones([x.size(0), 1]);
  return {
    sums: torch.zeros([labels, x.size(1)]).indexAdd(0, y, x),
    counts: torch.zeros([labels, 1]).indexAdd(0, y, ones),
  };
}
