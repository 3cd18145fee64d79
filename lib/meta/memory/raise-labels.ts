import { type Tensor, torch } from '../../torch/index';

/** D, the size of the embeddings, and N, the ways. */
type LabelledSizes = { dimensions: number; ways: number };

/**
 * Multiplies the columns of a new weight that meet one-hot labels by √D. An embedding of unit variance
 * has the norm √D, a one-hot label 1: with columns alike the label drowns, and training stays at chance
 * until they have grown.
 *
 * @param weight `[out, k·C]`, which k steps of C features meet: embedding, label, and others
 */
export function raiseLabels(
  weight: Tensor,
  features: number,
  { dimensions, ways }: LabelledSizes,
): void {
  torch.scope(() => {
    const labels = weight.unflatten(1, [-1, features]).narrow(2, dimensions, ways);
    labels.mul_(Math.sqrt(dimensions));
  });
}
