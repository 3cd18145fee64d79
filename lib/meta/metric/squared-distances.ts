import type { Tensor } from '../../torch/index';

/**
 * ‖x − c‖² between rows `[T, n, D]` and `[T, N, D]`: `[T, n, N]`.
 *
 * It multiplies matrices, ‖x‖² − 2 x·c + ‖c‖², where terms cancel as soon as embeddings lie farther
 * from 0 than from each other. So everything is measured from the middle of the task, and in float64.
 */
export function squaredDistances(rows: Tensor, centers: Tensor): Tensor {
  // Distances do not depend on where they are measured from: neither do their gradients.
  const far = centers.to('float64');
  const middle = far.detach().mean([1], true);
  const [x, c] = [rows.to('float64').sub(middle), far.sub(middle)];
  const norms = c.square().sum(-1).unsqueeze(1);
  return x.square().sum(-1, true).add(norms).sub(x.bmm(c.mT), { alpha: 2 }).to(rows);
}
