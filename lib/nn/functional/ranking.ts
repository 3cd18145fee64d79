import { callable, calledAs, flag, knownOptions, numberWhere } from '../../check';
import { type Tensor, torch } from '../../torch';
import { requireTensor } from '../../torch/check-tensors';
import { type ReducedOptions, reduced, reductionNumber } from './reduction';

export type MarginOptions = ReducedOptions & {
  /** How far apart the scores should be. */
  margin?: number;
};

const MARGIN = ['reduction', 'margin'] as const;

/** max(0, −target (first − second) + margin), margin 0 by default, for targets 1 and −1. */
export function marginRankingLoss(
  first: Tensor,
  second: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  const number = reductionNumber(options, MARGIN, 'marginRankingLoss');
  return torch.marginRankingLoss(first, second, target, options.margin ?? 0, number);
}

/** input where the target is 1, and max(0, margin − input) where it is −1; margin 1 by default. */
export function hingeEmbeddingLoss(
  input: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  const number = reductionNumber(options, MARGIN, 'hingeEmbeddingLoss');
  return input.hingeEmbeddingLoss(target, options.margin ?? 1, number);
}

/** 1 − cos(first, second) where the target is 1, and max(0, cos − margin) where it is −1; margin 0. */
export function cosineEmbeddingLoss(
  first: Tensor,
  second: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  const number = reductionNumber(options, MARGIN, 'cosineEmbeddingLoss');
  return torch.cosineEmbeddingLoss(first, second, target, options.margin ?? 0, number);
}

/** log(1 + exp(−target · input)) for targets 1 and −1. */
export function softMarginLoss(
  input: Tensor,
  target: Tensor,
  options: ReducedOptions = {},
): Tensor {
  return input.softMarginLoss(target, reductionNumber(options, ['reduction'], 'softMarginLoss'));
}

/** The hinge loss of several labels for each example, `[N, C]` with targets ended by −1. */
export function multilabelMarginLoss(
  input: Tensor,
  target: Tensor,
  options: ReducedOptions = {},
): Tensor {
  const number = reductionNumber(options, ['reduction'], 'multilabelMarginLoss');
  return input.multilabelMarginLoss(target, number);
}

export type WeightedOptions = ReducedOptions & {
  /** A factor for each class, `[C]`. */
  weight?: Tensor;
};

/** The mean over classes of −t log σ(x) − (1 − t) log σ(−x), for `[N, C]`. */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options: WeightedOptions = {},
): Tensor {
  const name = 'multilabelSoftMarginLoss';
  const { weight } = knownOptions(options, ['reduction', 'weight'], name);
  const each = target
    .mul(input.logSigmoid())
    .add(target.rsub(1).mul(input.neg().logSigmoid()))
    .neg();
  const weighted = weight === undefined ? each : each.mul(requireTensor(weight, 'weight', name));
  return reduced(weighted.mean([-1]), options, ['reduction', 'weight'], name);
}

export type MultiMarginOptions = MarginOptions & {
  /** 1 or 2: the power of the margin that is missed. Default: 1. */
  p?: number;
  /** A factor for each class, `[C]`. */
  weight?: Tensor;
};

/** Σ max(0, margin − input[target] + input[c])^p / C over the other classes; margin 1 by default. */
export function multiMarginLoss(
  input: Tensor,
  target: Tensor,
  options: MultiMarginOptions = {},
): Tensor {
  const known = ['reduction', 'margin', 'p', 'weight'] as const;
  const number = reductionNumber(options, known, 'multiMarginLoss');
  const { p = 1, margin = 1, weight = null } = options;
  return input.multiMarginLoss(target, p, margin, weight, number);
}

export type TripletOptions = MarginOptions & {
  /** The norm of differences. Default: 2. */
  p?: number;
  /** Added to differences. Default: 1e-6. */
  eps?: number;
  /** Uses the distance from positive to negative where it is less. Default: false. */
  swap?: boolean;
};

/** max(0, d(anchor, positive) − d(anchor, negative) + margin); margin 1 by default. */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletOptions = {},
): Tensor {
  const known = ['reduction', 'margin', 'p', 'eps', 'swap'] as const;
  const number = reductionNumber(options, known, 'tripletMarginLoss');
  const { margin = 1, p = 2, eps = 1e-6, swap = false } = options;
  return torch.tripletMarginLoss(anchor, positive, negative, margin, p, eps, swap, number);
}

export type TripletDistanceOptions = MarginOptions & {
  /** Default: the Euclidean distance of rows. */
  distanceFunction?: (a: Tensor, b: Tensor) => Tensor;
  swap?: boolean;
};

/** The same with a distance of one's own. */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletDistanceOptions = {},
): Tensor {
  const name = 'tripletMarginWithDistanceLoss';
  const known = ['reduction', 'margin', 'distanceFunction', 'swap'] as const;
  const { margin = 1, swap = false } = knownOptions(options, known, name);
  numberWhere(Number.isFinite, 'a finite number', margin, 'margin', name);
  const own = <R>(fn: () => R): R => calledAs({ operator: name }, fn);
  const euclidean = (a: Tensor, b: Tensor): Tensor => own(() => torch.pairwiseDistance(a, b));
  const distance = callable(options.distanceFunction ?? euclidean, 'distanceFunction', name);
  const between = (a: Tensor, b: Tensor): Tensor =>
    requireTensor(distance(a, b), 'the result of distanceFunction', name);
  const near = between(anchor, positive);
  const far = between(anchor, negative);
  const swapped = flag(swap, 'swap', name) ? between(positive, negative) : undefined;
  return own(() => {
    const least = swapped === undefined ? far : far.minimum(swapped);
    return reduced(near.sub(least).add(margin).clampMin(0), options, known, name);
  });
}
