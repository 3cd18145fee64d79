import { type Tensor, torch } from '../../torch/index';

/**
 * The loss of every pair by the square of its distance D, of Raia Hadsell, Sumit Chopra, Yann LeCun:
 * Dimensionality Reduction by Learning an Invariant Mapping, CVPR 2006.
 *
 *   L = (1 − Y) ½ D² + Y ½ max(0, m − D)², Y = 0 for one class and 1 for two
 *
 * @param squares D², of any shape; what rounding has made negative counts as 0
 * @param same not 0 for pairs of one class, of the same shape
 * @param margin m
 */
export function contrastiveLoss(squares: Tensor, same: Tensor, margin: number): Tensor {
  const square = squares.clampMin(0);
  const apart = root(square).rsub(margin).relu().square();
  return torch.where(same.ne(0), square, apart).mul(0.5);
}

/** √x, with the gradient 0 at x = 0. */
function root(x: Tensor): Tensor {
  const positive = x.gt(0);
  return torch.where(positive, torch.where(positive, x, 1).sqrt(), 0);
}
