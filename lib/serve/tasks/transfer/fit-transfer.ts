import { oneHot } from '../../../meta/task-loss';
import { type Tensor, torch } from '../../../torch';
import { indices } from '../../heads/features';
import {
  LAMBDAS,
  leavingOneOut,
  type RidgeProblem,
  ridgeProblem,
  ridgeWeights,
} from '../../heads/ridge-problem';

/** Features `[n, D]` and the numbers of the labels of n texts. */
export type NumberedFeatures = { readonly x: Tensor; readonly y: readonly number[] };

/** What was learned from texts of two kinds. */
export type FittedTransfer = {
  /** `[D + 1, N]`, the last row the bias. */
  readonly weights: Tensor;
  /** How much the target's examples count against the source's, from 0, not at all, to 1, alone. */
  readonly share: number;
  /** The scores times it are the logarithms of probabilities, up to a constant. */
  readonly sharpness: number;
};

/** How much the target's examples may count. */
const SHARES = [0.1, 0.3, 0.5, 0.7, 0.9, 1];
const SHARPNESSES = [1, 2, 4, 8, 16];

/**
 * Ridge regression of labels on the target's examples and the source's texts together. What both count, and λ, is
 * what predicts the target's examples best when each is left out, which has a closed form: a source that does not
 * help gets no say.
 *
 *   W = argmin  Σₜ aₜ ‖xₜW − yₜ‖² + Σₛ aₛ ‖xₛW − yₛ‖² + λ‖W‖²,   Σₜ aₜ = share · n,   Σₛ aₛ = (1 − share) · n
 *
 * Each label has the same weight in all. A label that the target has no example of is the source's alone; without
 * any example of the target the source judges itself.
 */
export function fitTransfer(
  target: NumberedFeatures,
  source: NumberedFeatures,
  labels: number,
): FittedTransfer {
  const shares = target.y.length === 0 ? [0] : source.y.length === 0 ? [1] : SHARES;
  // The rows that judge: those of the target, where there are any.
  const judges = target.y.length === 0 ? source.y.length : target.y.length;
  let best: (FittedTransfer & { error: number }) | undefined;
  for (const share of shares) {
    const candidate = torch.scope(() => {
      const problem = problemOf(target, source, labels, share);
      const scoresWith = leavingOneOut(problem);
      const rated = LAMBDAS.map((lambda) => ({
        lambda,
        error: torch.scope(() => errorOf(problem, scoresWith(lambda), judges)),
      }));
      const { lambda, error } = rated.reduce((a, b) => (b.error < a.error ? b : a));
      if (best !== undefined && best.error <= error) return undefined;
      return {
        error,
        share,
        sharpness: sharpnessOf(problem, scoresWith(lambda), judges),
        weights: ridgeWeights(problem, lambda),
      };
    });
    if (candidate === undefined) continue;
    best?.weights.dispose();
    best = candidate;
  }
  if (best === undefined) throw new RangeError('no examples');
  const { weights, share, sharpness } = best;
  return { weights, share, sharpness };
}

function problemOf(
  target: NumberedFeatures,
  source: NumberedFeatures,
  labels: number,
  share: number,
): RidgeProblem {
  const weights = weightsOf(target.y, source.y, labels, share);
  const y = [...target.y, ...source.y];
  // Rows that do not count would only make the work longer.
  const rows = [...y.keys()].filter((row) => (weights[row] ?? 0) > 0);
  const x = torch.cat([target.x, source.x]).indexSelect(0, indices(rows));
  const own = rows.map((row) => y[row] ?? 0);
  const column = torch.tensor(
    rows.map((row) => [(weights[row] ?? 0) * rows.length]),
    { dtype: 'float64' },
  );
  return ridgeProblem(x, oneHot(indices(own), labels, x), column);
}

/**
 * The weight of each row, 1 in all and the same for each label: of a label's, `share` goes to the target's rows and
 * the rest to the source's. Where only one of the two has the label, its rows have all of it.
 */
function weightsOf(
  target: readonly number[],
  source: readonly number[],
  labels: number,
  share: number,
): number[] {
  const counted = (y: readonly number[]): number[] => {
    const counts = new Array<number>(labels).fill(0);
    for (const label of y) counts[label] = (counts[label] ?? 0) + 1;
    return counts;
  };
  const [ofTarget, ofSource] = [counted(target), counted(source)];
  const weigh = (y: readonly number[], own: number[], other: number[], part: number): number[] =>
    y.map((label) => {
      const mass = (other[label] ?? 0) > 0 ? part : 1;
      return mass / labels / (own[label] ?? 1);
    });
  return [
    ...weigh(target, ofTarget, ofSource, share),
    ...weigh(source, ofSource, ofTarget, 1 - share),
  ];
}

/** The mean squared error of the first rows, each predicted without itself, all labels counted alike. */
function errorOf(problem: RidgeProblem, scores: Tensor, judges: number): number {
  const residual = problem.targets.sub(scores).narrow(0, 0, judges);
  const weights = problem.roots.narrow(0, 0, judges).square();
  const squares = residual.square().sum([1], true).mul(weights);
  return Number(squares.sum().div(weights.sum()).item());
}

/** The sharpness with which the same predictions have the least logarithmic loss. */
function sharpnessOf(problem: RidgeProblem, all: Tensor, judges: number): number {
  return torch.scope(() => {
    const scores = all.narrow(0, 0, judges);
    const right = problem.targets.narrow(0, 0, judges);
    const losses = SHARPNESSES.map((sharpness) =>
      Number(scores.mul(sharpness).logSoftmax(1).mul(right).sum().neg().item()),
    );
    return SHARPNESSES[losses.indexOf(Math.min(...losses))] ?? 1;
  });
}
