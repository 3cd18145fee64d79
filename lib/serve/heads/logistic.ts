import { type Tensor, torch } from '../../torch';
import { balancedWeights, indices } from './features';
import type { Examples, Head } from './head';
import { type Curvature, minimize, type Objective } from './minimize';

/** W `[D + 1, N]`, the last row the bias. */
export type LogisticState = { weights: Tensor };

/** The strength of the penalty for weights, for the sum of losses: scikit-learn's 1 / C. */
const PENALTY = 0.1;
const LIMITS = { tolerance: 1e-3, steps: 200 };
/** Of many examples the last digits of the least loss say nothing. */
const LEAST_GAIN = 3e-6;

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
  const start = torch.zeros([size + 1, labels]);
  if (x.size(0) <= size) return minimize(objective, start, { ...LIMITS, check });
  const ending = { ...LIMITS, gain: LEAST_GAIN, check };
  return minimize(objective, start, ending, curvatureAtStart(x, sample, labels));
}

/**
 * The inverse of the second derivatives at W = 0, where all labels are as probable: for each label (XᵀAX / N + λI)⁻¹. Of
 * more examples than dimensions it is worth its while: a third of the steps are needed.
 */
function curvatureAtStart(x: Tensor, sample: Tensor, labels: number): Curvature {
  const rows = torch.cat([x, torch.ones([x.size(0), 1])], 1).mul(sample.sqrt());
  const penalty = torch.full([x.size(1) + 1], PENALTY).indexFill(0, indices([x.size(1)]), 0);
  const second = rows.mT.matmul(rows).div(labels).add(penalty.diag());
  const inverse = torch.linalg.inv(second.to('float64')).to('float32');
  return (gradient) => inverse.matmul(gradient);
}

function withBias(x: Tensor, weights: Tensor): Tensor {
  const size = x.size(1);
  return x.matmul(weights.narrow(0, 0, size)).add(weights.narrow(0, size, 1));
}
