import { type Tensor, torch } from '../../torch';

/** Rows of length 1; rows of zeros stay. */
export function unit(x: Tensor): Tensor {
  return x.div(x.norm(2, [-1], true).clampMin(1e-12));
}

/** One row `[n, N]` for each label: 1 at its number. */
export function oneHotRows(y: Tensor, labels: number): Tensor {
  return torch.zeros([y.size(0), labels]).scatter(1, y.unsqueeze(1), 1);
}

/**
 * The weight `[n, 1]` of each example: all labels weigh the same together, whatever the number of their
 * examples, and the mean weight is 1.
 */
export function balancedWeights(y: Tensor, labels: number): Tensor {
  const counts = oneHotRows(y, labels).sum([0]).clampMin(1);
  return counts
    .indexSelect(0, y)
    .reciprocal()
    .mul(y.size(0) / labels)
    .unsqueeze(1);
}
