import { type Tensor, torch } from '../../torch';

/** Rows x of examples, and the means of all labels, by an inner product ⟨a, b⟩ = aᵀ G b. */
export type InnerProducts = {
  /** The labels of the rows, `[m]`. */
  y: Tensor;
  /** The means, and G times them, `[N, D]`. */
  means: Tensor;
  duals: Tensor;
  /** Of each row with all means, `[m, N]`. */
  own: Tensor;
  /** Of each row with itself, `[m, 1]`. */
  lengths: Tensor;
};

type Products = {
  /** Of S with all means: `[1, N]`, or `[m, N]` where it differs from row to row. */
  sum: Tensor;
  /** Of P, the mean of each row's label, with all means, `[m, N]`. */
  label: Tensor;
  /** Of x, each row itself, with all means, `[m, N]`. */
  own: Tensor;
  /** Of the means with themselves: `[1, N]` or `[m, N]`. */
  squares: Tensor;
  /** Of S, P and x of each row with one another, `[m, 3, 3]`. */
  among: Tensor;
};

/**
 * Inner products of what a held-out example moves: S, the sum of all means, P, the mean of its label, and x, itself.
 * Whatever is made of these three has its coefficients `[m, 3]`, and needs no vector any more.
 */
export class LeftOut {
  readonly #products: Products;

  private constructor(products: Products) {
    this.#products = products;
  }

  static of({ y, means, duals, own, lengths }: InnerProducts): LeftOut {
    const products = means.matmul(duals.mT);
    const label = products.indexSelect(0, y);
    const sum = products.sum([0], true);
    const squares = products.diagonal().unsqueeze(0);
    const at = y.unsqueeze(1);
    const [ss, sp] = [sum.sum().expand(lengths.shape), sum.squeeze(0).indexSelect(0, y)];
    const [sx, px] = [own.sum([1], true), own.gather(1, at)];
    const pp = squares.squeeze(0).indexSelect(0, y);
    const rows = [ss, sp.unsqueeze(1), sx, sp.unsqueeze(1), pp.unsqueeze(1), px, sx, px, lengths];
    return new LeftOut({ sum, label, own, squares, among: torch.cat(rows, 1).reshape([-1, 3, 3]) });
  }

  /** The products of a metric that goes over to another one by a weight `[m, 1]` of each row. */
  towards(other: LeftOut, weight: Tensor): LeftOut {
    const [a, b] = [this.#products, other.#products];
    return new LeftOut({
      sum: a.sum.lerp(b.sum, weight),
      label: a.label.lerp(b.label, weight),
      own: a.own.lerp(b.own, weight),
      squares: a.squares.lerp(b.squares, weight),
      among: a.among.lerp(b.among, weight.unsqueeze(2)),
    });
  }

  /** The inner products `[m, k, k]` of k vectors `[m, k, 3]` of each row with one another. */
  gram(vectors: Tensor): Tensor {
    return torch.bmm(torch.bmm(vectors, this.#products.among), vectors.mT);
  }

  /** The inner products `[m, N]` of a vector of each row with all means. */
  means(a: Tensor): Tensor {
    const { sum, label, own } = this.#products;
    const [s, p, x] = a.split(1, 1) as [Tensor, Tensor, Tensor];
    return sum.mul(s).addcmul_(label, p).addcmul_(own, x);
  }

  /** Those of the rows themselves. */
  get own(): Tensor {
    return this.#products.own;
  }

  /** The squared lengths of the means. */
  get squares(): Tensor {
    return this.#products.squares;
  }
}
