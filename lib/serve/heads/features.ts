import { oneHot } from '../../meta/task-loss';
import { type Tensor, torch } from '../../torch';
import type { Examples } from './head';

/** Numbers of rows or labels as `[m]`, int64. */
export const indices = (numbers: readonly number[]): Tensor =>
  torch.tensor(Int32Array.from(numbers)).to('int64');

/**
 * The weight `[n, 1]` of each example: all labels weigh the same together, whatever the number of their
 * examples, and the mean weight is 1.
 */
export function balancedWeights({ x, y, labels }: Examples): Tensor {
  const counts = oneHot(y, labels, x).sum([0]).clampMin(1);
  return counts
    .indexSelect(0, y)
    .reciprocal()
    .mul(y.size(0) / labels)
    .unsqueeze(1);
}
