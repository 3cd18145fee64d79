import { oneHot } from '../../meta/task-loss';
import type { Tensor } from '../../torch';
import type { Examples, Head } from './head';

/** The examples `[n, D]`, and the logarithm of each one's share of its label, `[n, N]`: −∞ elsewhere. */
export type NearestState = { x: Tensor; shares: Tensor };

/** How much a nearer example counts more: cosines are multiplied by it. */
const SHARPNESS = 20;

/**
 * The nearest examples decide, all of a label's weighed by how near they are:
 *
 *   score(k) = log (1 / nₖ) Σ over the examples of k of exp(β cos(x, xᵢ)),   β = 20
 *
 * Oriol Vinyals et al.: Matching Networks for One Shot Learning, NeurIPS 2016, without training.
 */
export const nearestExamples: Head<NearestState> = {
  fit: (examples) => ({ x: examples.x, shares: logShares(examples) }),
  scores: ({ x: own, shares }, x) => pooled(x.matmul(own.mT).mul(SHARPNESS), shares),
  heldOut: ({ x, shares }, { own, at }) => {
    const similarities = own.x.matmul(x.mT).mul(SHARPNESS);
    const others = pooled(similarities.scatter(1, at.unsqueeze(1), -Infinity), shares);
    // The mean over a label's other examples has one fewer: the share is 1 / (n − 1) instead of 1 / n.
    const label = own.y.unsqueeze(1);
    const counts = shares.exp().amax([0], true).reciprocal();
    const larger = counts.log().sub(counts.sub(1).clampMin(1).log());
    return others.scatterAdd(1, label, larger.expandAs(others).gather(1, label));
  },
};

function logShares({ x, y, labels }: Examples): Tensor {
  const rows = oneHot(y, labels, x);
  return rows.div(rows.sum([0], true).clampMin(1)).log();
}

/** log Σ over examples of exp(similarity + share), label by label, so that no `[q, n, N]` is made. */
function pooled(similarities: Tensor, shares: Tensor): Tensor {
  const most = similarities.amax([1], true);
  return similarities.sub(most).exp().matmul(shares.exp()).log().add(most);
}
