import { type Tensor, torch } from '../../torch';
import { balancedWeights } from './features';
import type { Examples, Head } from './head';
import { minimize, type Objective } from './minimize';

/** W `[D + 1, N]`, the last row the bias. */
export type LogisticState = { weights: Tensor };

/** The strength of the penalty for weights, for the sum of losses: scikit-learn's 1 / C. */
const PENALTY = 0.1;
const LIMITS = { tolerance: 1e-3, steps: 200 };

/**
 * Multinomial logistic regression, each label of the same weight, with the bias free:
 *
 *   min over W, b of  Σᵢ aᵢ crossEntropy(xᵢ W + b, yᵢ) + ½ · 0.1 · ‖W‖²
 */
export const logistic: Head<LogisticState> = {
  fit: (examples) => ({ weights: torch.scope(() => solve(examples)) }),
  scores: ({ weights }, x) => withBias(x, weights),
};

function solve(examples: Examples): Tensor {
  const { x, y, labels, check } = examples;
  const sample = balancedWeights(examples);
  const at = y.unsqueeze(1);
  const size = x.size(1);
  const objective: Objective = (weights) =>
    torch.scope(() => {
      const log = withBias(x, weights).logSoftmax(-1);
      const losses = log.gather(1, at).mul(sample);
      const free = weights.narrow(0, 0, size);
      const value =
        (PENALTY / 2) * Number(free.square().sum().item()) - Number(losses.sum().item());
      // d loss / d scores = p − 1[y], weighted.
      const error = log
        .exp()
        .scatterAdd(1, at, torch.full([at.size(0), 1], -1))
        .mul(sample);
      const ofWeights = x.mT.matmul(error).add(free, { alpha: PENALTY });
      return { value, gradient: torch.cat([ofWeights, error.sum([0], true)]) };
    });
  return minimize(objective, torch.zeros([size + 1, labels]), { ...LIMITS, check });
}

function withBias(x: Tensor, weights: Tensor): Tensor {
  const size = x.size(1);
  return x.matmul(weights.narrow(0, 0, size)).add(weights.narrow(0, size, 1));
}
