import { normalize } from '../meta/metric/normalize';
import { type Tensor, torch } from '../torch';
import { indices } from './heads/features';
import { countOf, numbers, rowsAt, type Vectors } from './vectors';

/** Enough for a picture, and few enough to be drawn while one types. */
const MOST_POINTS = 500;

/** Places on a plane, as typed arrays that threads hand over without copying. */
export type Plane = {
  /** The examples that are shown, evenly many of them all. */
  rows: Int32Array;
  /** `[m, 2]`: where they are. */
  examples: Float64Array;
  /** `[q, 2]`: where the other vectors are. */
  others: Float64Array;
};

/**
 * Examples `[n, D]` and other vectors `[q, D]` on the plane of the examples' first two principal components.
 * The example farthest from the middle has the distance 1. Karl Pearson: On Lines and Planes of Closest Fit
 * to Systems of Points in Space, 1901.
 */
export function principalPlane(x: Vectors, others: Tensor): Plane {
  return torch.noGrad(() =>
    torch.scope(() => {
      const rows = evenly(countOf(x));
      const shown = rowsAt(x, rows).to('float64');
      const middle = shown.mean([0], true);
      const centred = shown.sub(middle);
      const axes = directions(centred);
      const places = centred.matmul(axes);
      const farthest = Number(places.square().sum([1]).max().item()) ** 0.5 || 1;
      return {
        rows: Int32Array.from(rows),
        examples: numbers(places.div(farthest)),
        others: numbers(normalize(others).to('float64').sub(middle).matmul(axes).div(farthest)),
      };
    }),
  );
}

/** `[D, 2]`: the two directions in which rows `[m, D]` differ most, of length 1, or 0 where they do not. */
function directions(rows: Tensor): Tensor {
  // Of the two products with the same eigenvalues, the one over examples is the smaller.
  const [values, vectors] = torch.linalg.eigh(rows.matmul(rows.mT));
  const first = indices([rows.size(0) - 1, rows.size(0) - 2].filter((place) => place >= 0));
  const lengths = values.indexSelect(0, first).clampMin(0).sqrt();
  const axes = rows.mT.matmul(vectors.indexSelect(1, first));
  const signs = largest(axes).sign();
  return axes.div(lengths.clampMin(1e-6)).mul(signs);
}

/** `[1, 2]`: the entry of each column with the greatest magnitude, so that the picture does not flip. */
function largest(columns: Tensor): Tensor {
  return columns.gather(0, columns.abs().argmax(0, true));
}

function evenly(count: number): number[] {
  if (count <= MOST_POINTS) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: MOST_POINTS }, (_, i) => Math.floor((i * count) / MOST_POINTS));
}
