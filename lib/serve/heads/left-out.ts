import { type Tensor, torch } from '../../torch';

/** Rows of examples `[m, D]`, their labels `[m]`, and the means `[N, D]` of all labels. */
export type LabeledRows = { x: Tensor; y: Tensor; means: Tensor };

/**
 * Inner products of what a held-out example moves: S, the sum of all means, P, the mean of its label, and x, itself.
 * Whatever is made of these three has its coefficients `[m, 3]`, and needs no vector any more.
 */
export class LeftOut {
  /** Of S, P and x of each row with one another, `[m, 3, 3]`. */
  readonly #among: Tensor;
  /** Of S, P and x of each row with all means, `[m, 3, N]`. */
  readonly #withMeans: Tensor;
  /** The squared lengths of the means, `[N]`. */
  readonly squares: Tensor;

  /** @param map A of the metric A Aᵀ; without it the inner product is the usual one */
  constructor({ x, y, means }: LabeledRows, map?: Tensor) {
    const [rows, dual] =
      map === undefined ? [x, means] : [x.matmul(map), means.matmul(map).matmul(map.mT)];
    const products = dual.matmul(means.mT);
    const own = x.matmul(dual.mT);
    const sum = products.sum([0]).expand([x.size(0), -1]);
    this.#withMeans = torch.stack([sum, products.indexSelect(0, y), own], 1);
    this.squares = products.diagonal();
    const at = y.reshape([-1, 1, 1]).expand([-1, 3, 1]);
    const withSum = this.#withMeans.sum([2]);
    const withOwn = this.#withMeans.gather(2, at).squeeze(2);
    const lengths = rows.square().sum([1]);
    const withRow = torch.stack([withSum.select(1, 2), withOwn.select(1, 2), lengths], 1);
    this.#among = torch.stack([withSum, withOwn, withRow], 2);
  }

  /** The inner products `[m, 1]` of two vectors of each row. */
  pair(a: Tensor, b: Tensor): Tensor {
    return torch.bmm(a.unsqueeze(1), this.#among).mul(b.unsqueeze(1)).sum([2]);
  }

  /** The inner products `[m, N]` of a vector of each row with all means. */
  means(a: Tensor): Tensor {
    return torch.bmm(a.unsqueeze(1), this.#withMeans).squeeze(1);
  }
}
