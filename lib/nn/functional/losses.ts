import { flag, knownOptions, numberWhere } from '../../check';
import { invalidArgument } from '../../errors';
import { type Tensor, torch } from '../../torch';
import { requireTensor } from '../../torch/check-tensors';
import { type ReducedOptions, reduced, reductionNumber } from './reduction';

const REDUCED = ['reduction'] as const;

/** |input − target|. */
export function l1Loss(input: Tensor, target: Tensor, options: ReducedOptions = {}): Tensor {
  return input.l1Loss(target, reductionNumber(options, REDUCED, 'l1Loss'));
}

/** (input − target)². */
export function mseLoss(input: Tensor, target: Tensor, options: ReducedOptions = {}): Tensor {
  return input.mseLoss(target, reductionNumber(options, REDUCED, 'mseLoss'));
}

export type HuberOptions = ReducedOptions & {
  /** Where the loss changes from a square to a line. Default: 1. */
  delta?: number;
};

/** Half the square of small differences, and δ(|d| − δ/2) of those beyond δ. Huber 1964. */
export function huberLoss(input: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  const number = reductionNumber(options, ['reduction', 'delta'], 'huberLoss');
  return input.huberLoss(target, number, options.delta ?? 1);
}

export type SmoothL1Options = ReducedOptions & {
  /** Where the loss changes from a square to a line. Default: 1. */
  beta?: number;
};

/** The Huber loss divided by β. */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1Options = {}): Tensor {
  const number = reductionNumber(options, ['reduction', 'beta'], 'smoothL1Loss');
  return input.smoothL1Loss(target, number, options.beta ?? 1);
}

export type CrossEntropyLossOptions = ReducedOptions & {
  /** A factor for each class, `[C]`. */
  weight?: Tensor;
  /** Examples with this label do not count. Default: −100, as in PyTorch. */
  ignoreIndex?: number;
  /** ε: the share of the target that is spread over all classes. Default: 0. */
  labelSmoothing?: number;
};

/**
 * −log softmax(input)[target] for logits `[N, C, …]` and int64 labels `[N, …]`, or probabilities of the
 * input's shape. As PyTorch's, it ignores labels of −100; `nn.crossEntropy` ignores none by default, and
 * has a task axis.
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  options: CrossEntropyLossOptions = {},
): Tensor {
  const known = ['reduction', 'weight', 'ignoreIndex', 'labelSmoothing'] as const;
  const number = reductionNumber(options, known, 'crossEntropy');
  const { weight = null, ignoreIndex = -100, labelSmoothing = 0 } = options;
  return input.crossEntropyLoss(target, weight, number, ignoreIndex, labelSmoothing);
}

export type NllOptions = ReducedOptions & {
  /** A factor for each class, `[C]`. */
  weight?: Tensor;
  /** Examples with this label do not count. Default: −100, as in PyTorch. */
  ignoreIndex?: number;
};

/** −input[target] for log-probabilities `[N, C, …]` and int64 labels `[N, …]`. */
export function nllLoss(input: Tensor, target: Tensor, options: NllOptions = {}): Tensor {
  const number = reductionNumber(options, ['reduction', 'weight', 'ignoreIndex'], 'nllLoss');
  return input.nllLossNd(target, options.weight ?? null, number, options.ignoreIndex ?? -100);
}

export type BinaryOptions = ReducedOptions & {
  /** A factor for each element. */
  weight?: Tensor;
};

/** −t log p − (1 − t) log(1 − p) for probabilities p. */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  options: BinaryOptions = {},
): Tensor {
  const number = reductionNumber(options, ['reduction', 'weight'], 'binaryCrossEntropy');
  return input.binaryCrossEntropy(target, options.weight ?? null, number);
}

export type BinaryLogitsOptions = BinaryOptions & {
  /** A factor for positive examples of each class. */
  posWeight?: Tensor;
};

/** The same for logits. */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options: BinaryLogitsOptions = {},
): Tensor {
  const known = ['reduction', 'weight', 'posWeight'] as const;
  const number = reductionNumber(options, known, 'binaryCrossEntropyWithLogits');
  const { weight = null, posWeight = null } = options;
  return input.binaryCrossEntropyWithLogits(target, weight, posWeight, number);
}

export type KlDivOptions = {
  /** `batchmean` divides the sum by the number of examples, which is the divergence. Default: `mean`. */
  reduction?: 'none' | 'mean' | 'sum' | 'batchmean';
  /** The target holds log-probabilities. Default: false. */
  logTarget?: boolean;
};

/** target · (log target − input) for log-probabilities `input`. */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const { reduction = 'mean', logTarget = false } = knownOptions(
    options,
    ['reduction', 'logTarget'],
    'klDiv',
  );
  flag(logTarget, 'logTarget', 'klDiv');
  if (reduction === 'batchmean') {
    return input.klDiv(target, 2, { logTarget }).div(input.size(0));
  }
  return input.klDiv(target, reductionNumber({ reduction }, REDUCED, 'klDiv'), { logTarget });
}

export type GaussianNllOptions = ReducedOptions & {
  /** Adds the constant ½ log 2π. Default: false. */
  full?: boolean;
  /** The least variance, for stability. Default: 1e-6. */
  eps?: number;
};

/**
 * ½ (log var + (input − target)² / var): the loss of a normal distribution's mean and variance, both from
 * a network. Nix and Weigend 1994, https://doi.org/10.1109/ICNN.1994.374138
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor | number,
  options: GaussianNllOptions = {},
): Tensor {
  const name = 'gaussianNllLoss';
  const { full = false, eps = 1e-6 } = knownOptions(options, ['reduction', 'full', 'eps'], name);
  flag(full, 'full', name);
  numberWhere((value) => value > 0, 'a positive number', eps, 'eps', name);
  const given =
    typeof variance === 'number'
      ? torch.fullLike(input, variance)
      : requireTensor(variance, 'variance', name);
  if (given.lt(0).any().item() === true) {
    throw invalidArgument('no negative elements', 'variance', given, name);
  }
  // The least variance is no part of the gradient, as in PyTorch.
  const bounded = given.add(given.detach().clampMin(eps).sub(given.detach()));
  const each = bounded.log().add(input.sub(target).square().div(bounded)).mul(0.5);
  const losses = full ? each.add(0.5 * Math.log(2 * Math.PI)) : each;
  return reduced(losses, options, ['reduction', 'full', 'eps'], name);
}

export type CtcOptions = ReducedOptions & {
  /** The label of nothing. Default: 0. */
  blank?: number;
  /** Losses that are infinite, and their gradients, are 0. Default: false. */
  zeroInfinity?: boolean;
};

/**
 * −log of the probability of label sequences for log-probabilities `[T, N, C]`, over all alignments. Graves et
 * al. 2006, https://doi.org/10.1145/1143844.1143891
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Tensor,
  targetLengths: Tensor,
  options: CtcOptions = {},
): Tensor {
  const number = reductionNumber(options, ['reduction', 'blank', 'zeroInfinity'], 'ctcLoss');
  const { blank = 0, zeroInfinity = false } = options;
  return torch.ctcLoss(logProbs, targets, inputLengths, targetLengths, blank, number, zeroInfinity);
}

export type PoissonNllOptions = ReducedOptions & {
  /** The input is the logarithm of the rate. Default: true. */
  logInput?: boolean;
  /** Adds Stirling's approximation of log target!. Default: false. */
  full?: boolean;
  /** Added to rates before their logarithm. Default: 1e-8. */
  eps?: number;
};

/** exp(input) − target · input: the loss of a Poisson distribution's rate. */
export function poissonNllLoss(
  input: Tensor,
  target: Tensor,
  options: PoissonNllOptions = {},
): Tensor {
  const known = ['reduction', 'logInput', 'full', 'eps'] as const;
  const number = reductionNumber(options, known, 'poissonNllLoss');
  const { logInput = true, full = false, eps = 1e-8 } = options;
  return torch.poissonNllLoss(input, target, logInput, full, eps, number);
}
