import { type Tensor, torch } from '../../torch';

/** Of the mean square of the inputs: how much the weights are held where they were. */
const RIDGE = 0.01;
/** Numbers of the systems of equations that are solved at once. */
const MOST = 2 ** 24;

/**
 * The weights that are left, moved so that the layer gives what it gave as nearly as they can, in the sense of least
 * squares over the inputs that it was seen with: each row w solves (Σ x xᵀ + λ I) (w − w₀) = Σ x xᵀ (w_all − w₀) on
 * its own columns, where w₀ is what is left of w_all. Itay Hubara et al.: Accelerated Sparse Neural Training, NeurIPS
 * 2021, https://arxiv.org/abs/2102.08124, do the same by gradients.
 *
 * @param weight `[out, in]`
 * @param kept the columns that each row keeps, `[out, k]`, int64
 * @param moment Σ x xᵀ, `[in, in]`
 */
export function leastSquares(weight: Tensor, kept: Tensor, moment: Tensor): Tensor {
  return torch.scope(() => {
    const [out = 0, count = 0] = kept.shape;
    const result = weight.newZeros(weight.shape);
    const ridge = Number(moment.diagonal().mean().item()) * RIDGE;
    if (count === 0 || ridge === 0) return result.scatter(1, kept, weight.gather(1, kept));
    const rows = Math.max(1, Math.floor(MOST / count ** 2));
    const lost = weight.sub(result.scatter(1, kept, weight.gather(1, kept))).matmul(moment);
    for (let from = 0; from < out; from += rows) {
      torch.scope(() => {
        const size = Math.min(rows, out - from);
        const [own, columns] = [weight.narrow(0, from, size), kept.narrow(0, from, size)];
        const among = moment
          .indexSelect(0, columns.flatten())
          .view([size, count, -1])
          .gather(2, columns.unsqueeze(1).expand([size, count, count]));
        among.diagonal(0, 1, 2).add_(ridge);
        const wanted = lost.narrow(0, from, size).gather(1, columns).unsqueeze(-1);
        const moved = wanted.choleskySolve(torch.linalg.cholesky(among)).squeeze(-1);
        result.narrow(0, from, size).scatter_(1, columns, own.gather(1, columns).add(moved));
      });
    }
    return result;
  });
}
