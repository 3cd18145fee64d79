import { type Dtype, type Tensor, torch } from '../../torch';
import { indices } from './features';
import type { Examples, Head } from './head';
import { type WeightedRows, weightedRows } from './label-names';
import { type Curvature, type Ending, minimize, type Objective } from './minimize';

/** W `[D + 1, N]`, the last row the bias. */
export type LogisticState = { weights: Tensor };

/** The strength of the penalty for weights, for the sum of losses: scikit-learn's 1 / C. */
const PENALTY = 0.1;
/** Examples × dimensions × labels up to which all digits count: what a text adds is then as exact as its vector. */
const MOST_EXACT = 2 ** 23;
const EXACT: Ending = { tolerance: 1e-4, steps: 200 };
/** Of many examples the last digits of the least loss say nothing. */
const ROUGH: Ending = { tolerance: 1e-3, steps: 200, gain: 3e-6 };

/**
 * Multinomial logistic regression, each label of the same weight, with the bias free:
 *
 *   min over W, b of  Σᵢ aᵢ crossEntropy(xᵢ W + b, yᵢ) + ½ · 0.1 · ‖W‖²
 *
 * Names of labels are among the examples where they tell the others apart, see `withNames`.
 */
export const logistic: Head<LogisticState> = {
  fit: (examples) => ({ weights: torch.scope(() => solve(examples)) }),
  scores: ({ weights }, x) => {
    const size = x.size(1);
    return x.matmul(weights.narrow(0, 0, size)).add(weights.narrow(0, size, 1));
  },
};

function solve(examples: Examples): Tensor {
  const { labels, check } = examples;
  const known = weightedRows(examples);
  const { x } = known;
  const isExact = x.numel() * labels <= MOST_EXACT;
  const dtype = isExact ? 'float64' : 'float32';
  const rows = x.to(dtype);
  // The weights lie in the span of the examples, which has fewer dimensions where these are few.
  const basis = x.size(0) < x.size(1) ? torch.linalg.qr(rows.mT)[0] : undefined;
  const own = basis === undefined ? rows : rows.matmul(basis);
  const problem = problemOf(own, known, dtype);
  const start = torch.zeros([own.size(1) + 1, labels], { dtype });
  const ending = { ...(isExact ? EXACT : ROUGH), check };
  const found = minimize(objectiveOf(problem), start, ending, curvatureAtStart(problem, labels));
  if (basis === undefined) return found.to('float32');
  const [free, bias] = [found.narrow(0, 0, own.size(1)), found.narrow(0, own.size(1), 1)];
  return torch.cat([basis.matmul(free), bias]).to('float32');
}

/** Examples with a column of ones `[n, d + 1]`, their labels and weights `[n, 1]`, the penalty of each row of W. */
type Problem = { rows: Tensor; at: Tensor; sample: Tensor; penalty: Tensor };

function problemOf(own: Tensor, { y, weights }: WeightedRows, dtype: Dtype): Problem {
  const [n = 0, size = 0] = own.shape;
  const penalty = torch.full([size + 1, 1], PENALTY, { dtype });
  return {
    rows: torch.cat([own, torch.ones([n, 1], { dtype })], 1),
    at: y.unsqueeze(1),
    sample: weights.to(dtype),
    penalty: penalty.indexFill(0, indices([size]), 0),
  };
}

function objectiveOf({ rows, at, sample, penalty }: Problem): Objective {
  const minus = torch.full([at.size(0), 1], -1, { dtype: rows.dtype });
  return (weights) =>
    torch.scope(() => {
      const log = rows.matmul(weights).logSoftmax(-1);
      const loss = log.gather(1, at).mul(sample).sum().neg();
      const penalized = weights.mul(penalty);
      const value = Number(loss.item()) + Number(weights.mul(penalized).sum().item()) / 2;
      // d loss / d scores = p − 1[y], weighted.
      const error = log.exp().scatterAdd(1, at, minus).mul(sample);
      return { value, gradient: rows.mT.matmul(error).add(penalized) };
    });
}

/**
 * The inverse of the second derivatives at W = 0, where all labels are as probable: for each label (XᵀAX / N + λI)⁻¹. A
 * third of the steps are then needed.
 */
function curvatureAtStart({ rows, sample, penalty }: Problem, labels: number): Curvature {
  const weighted = rows.mul(sample.sqrt());
  const second = weighted.mT.matmul(weighted).div(labels).add(penalty.squeeze(1).diag());
  const inverse = torch.linalg.inv(second.to('float64')).to(rows.dtype);
  return (gradient) => inverse.matmul(gradient);
}
