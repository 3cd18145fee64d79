import { normalize } from '../../meta/metric/normalize';
import { type Tensor, torch } from '../../torch';
import type { Examples, Head, OwnRows } from './head';

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
  heldOut: ({ sums }, { own }) =>
    torch.scope(() => {
      const y = own.y.unsqueeze(1);
      const squares = sums.square().sum([1]);
      const cosines = own.products.div(squares.clampMin(1e-24).sqrt());
      return cosines.scatter(1, y, cosinesWithOthers(own, squares.take(y)));
    }),
  add: grownSums,
};

/**
 * The cosines `[m, 1]` of rows x with the other examples of their label, by ⟨x, s − x⟩ and ‖s − x‖² of its sum s.
 * Where rounding is all that is left of it there is nothing to be like.
 */
function cosinesWithOthers({ y, lengths, products }: OwnRows, squares: Tensor): Tensor {
  const own = products.gather(1, y.unsqueeze(1));
  const others = squares.sub(own, { alpha: 2 }).add(lengths);
  const cosines = own.sub(lengths).div(others.clampMin(1e-24).sqrt());
  return torch.where(others.gt(squares.mul(1e-5)), cosines, 0);
}

/** The sums of examples and of more, which may be of new labels. */
export function grownSums({ sums, counts }: ClassSums, { x, y, labels }: Examples): ClassSums {
  return {
    sums: withLabels(sums, labels).indexAdd(0, y, x),
    counts: withLabels(counts, labels).indexAdd(0, y, torch.ones([x.size(0), 1])),
  };
}

/** A row for each label, zeros for those that are new. */
export function withLabels(rows: Tensor, labels: number): Tensor {
  const more = labels - rows.size(0);
  return more === 0 ? rows : torch.cat([rows, rows.newZeros([more, rows.size(1)])]);
}

export function sumsOf({ x, y, labels }: Examples): ClassSums {
  const ones = torch.ones([x.size(0), 1]);
  return {
    sums: torch.zeros([labels, x.size(1)]).indexAdd(0, y, x),
    counts: torch.zeros([labels, 1]).indexAdd(0, y, ones),
  };
}
