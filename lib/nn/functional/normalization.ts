import { flag, knownOptions, numberWhere, positiveInteger } from '../../check';
import { type Tensor, torch } from '../../torch';
import { wrongShape } from '../../torch/check-tensors';

type Statistics = {
  /** Factors of channels, `[C]`. */
  weight?: Tensor | null;
  /** What is added to channels, `[C]`. */
  bias?: Tensor | null;
  /** The share of new statistics in running ones. Default: 0.1. */
  momentum?: number;
  /** Added to variances. Default: 1e-5. */
  eps?: number;
};

export type BatchNormOptions = Statistics & {
  /** Uses the batch's statistics, and updates the running ones. Default: false. */
  training?: boolean;
};

const BATCH = ['weight', 'bias', 'training', 'momentum', 'eps'] as const;

/** Channels of `[N, C, …]` minus their mean, over their deviation. Ioffe and Szegedy 2015. */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormOptions = {},
): Tensor {
  const given = knownOptions(options, BATCH, 'batchNorm');
  const { weight = null, bias = null, training = false, momentum = 0.1, eps = 1e-5 } = given;
  flag(training, 'training', 'batchNorm');
  const [mean, variance] = [runningMean, runningVar];
  const { shape } = input;
  const count = shape.reduce((product, size, i) => (i === 1 ? product : product * size), 1);
  if (training && count === 1) {
    throw wrongShape('more than one value for each channel', 'input', shape, 'batchNorm');
  }
  return torch.batchNorm(input, weight, bias, mean, variance, training, momentum, eps, true);
}

export type InstanceNormOptions = Statistics & {
  runningMean?: Tensor | null;
  runningVar?: Tensor | null;
  /** Uses each example's statistics. Default: true. */
  useInputStats?: boolean;
};

const INSTANCE = [
  ...(['runningMean', 'runningVar', 'weight', 'bias', 'useInputStats', 'momentum', 'eps'] as const),
];

/** The same by each example's own statistics. Ulyanov, Vedaldi and Lempitsky 2016. */
export function instanceNorm(input: Tensor, options: InstanceNormOptions = {}): Tensor {
  const given = knownOptions(options, INSTANCE, 'instanceNorm');
  const { runningMean = null, runningVar = null, weight = null, bias = null } = given;
  const { useInputStats = true, momentum = 0.1, eps = 1e-5 } = given;
  flag(useInputStats, 'useInputStats', 'instanceNorm');
  const { shape } = input;
  if (useInputStats && shape.slice(2).every((size) => size === 1)) {
    throw wrongShape('more than one value for each channel', 'input', shape, 'instanceNorm');
  }
  return torch.instanceNorm(
    input,
    weight,
    bias,
    runningMean,
    runningVar,
    useInputStats,
    momentum,
    eps,
    true,
  );
}

export type ResponseNormOptions = {
  /** Default: 1e-4. */
  alpha?: number;
  /** Default: 0.75. */
  beta?: number;
  /** Default: 1. */
  k?: number;
};

/** x / (k + α · mean of squares of `size` channels nearby)^β. Krizhevsky, Sutskever and Hinton 2012. */
export function localResponseNorm(
  input: Tensor,
  size: number,
  options: ResponseNormOptions = {},
): Tensor {
  const name = 'localResponseNorm';
  const { alpha = 1e-4, beta = 0.75, k = 1 } = knownOptions(options, ['alpha', 'beta', 'k'], name);
  positiveInteger(size, 'size', name);
  for (const [of, value] of Object.entries({ alpha, beta, k })) {
    numberWhere(Number.isFinite, 'a finite number', value, of, name);
  }
  const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
  const channels = input.square().transpose(1, -1);
  const windows = channels.pad([before, after]).unfold(-1, size, 1).mean([-1]);
  return input.div(windows.transpose(1, -1).mul(alpha).add(k).pow(beta));
}
