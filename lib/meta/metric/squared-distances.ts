import type { Tensor } from '../../torch/index';

/** The class of each task that lies nearest to their mean: `[T, 1, D]`, without a gradient. */
function middleClass(centers: Tensor): Tensor {
  const values = centers.detach();
  const distances = values
    .sub(values.mean([1], true))
    .square()
    .sum(-1, true);
  return values.gather(1, distances.argmin(1, true).expandAs(values.narrow(1, 0, 1)));
}

/**
 * ‖x − c‖² between rows `[T, n, D]` and `[T, N, D]`: `[T, n, N]`.
 *
 * It multiplies matrices, ‖x‖² − 2 x·c + ‖c‖², where terms cancel as soon as embeddings lie farther
 * from 0 than from each other. So everything is measured in float64, and from a class in the middle
 * of the task: from the mean, one class far away would be enough to blur all others.
 */
export function squaredDistances(rows: Tensor, centers: Tensor): Tensor {
  // Distances do not depend on where they are measured from: neither do their gradients.
  const far = centers.to('float64');
  const middle = middleClass(far);
  const [x, c] = [rows.to('float64').sub(middle), far.sub(middle)];
  const norms = c.square().sum(-1).unsqueeze(1);
  return x.square().sum(-1, true).add(norms).sub(x.bmm(c.mT), { alpha: 2 }).to(rows);
}
