import { type Tensor, torch } from '../../torch/index';
import { IGNORED } from '../episode';

/**
 * The contrastive loss of each task over its pairs of examples: d² for two of one class, else
 * max(0, margin − d)², d their distance. Hadsell, Chopra and LeCun 2006.
 *
 * @param rows `[T, n, D]`
 * @param labels `[T, n]`
 */
export function contrastiveLoss(rows: Tensor, labels: Tensor, margin: number): Tensor {
  const squares = rows.unsqueeze(2).sub(rows.unsqueeze(1)).square().sum([-1]);
  // The root has no slope at 0, where an example meets itself.
  const apart = squares.add(1e-12).sqrt().neg().add(margin).clampMin(0).square();
  const same = labels.unsqueeze(2).eq(labels.unsqueeze(1));
  const counts = labels.ne(IGNORED);
  const both = counts.unsqueeze(2).logicalAnd(counts.unsqueeze(1));
  const others = torch.eye(labels.shape[1] ?? 0, { device: labels.device }).eq(0);
  const pairs = both.logicalAnd(others).to(rows.dtype);
  const sum = torch.where(same, squares, apart).mul(pairs).sum([1, 2]);
  return sum.div(pairs.sum([1, 2]).clampMin(1));
}
