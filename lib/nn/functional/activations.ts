import { flag, fraction, knownOptions, numberWhere, positiveNumber } from '../../check';
import { type Generator, type Tensor, torch } from '../../torch';

/** log σ(x). */
export function logsigmoid(input: Tensor): Tensor {
  return input.logSigmoid();
}

/** softmax(−x) along a dimension. */
export function softmin(input: Tensor, dim: number): Tensor {
  return input.neg().softmax(dim);
}

/** x / (1 + |x|). */
export function softsign(input: Tensor): Tensor {
  return input.div(input.abs().add(1));
}

/** x − tanh x. */
export function tanhshrink(input: Tensor): Tensor {
  return input.sub(input.tanh());
}

export type GumbelOptions = {
  /** τ: the temperature. Default: 1. */
  tau?: number;
  /** One-hot samples, differentiated as the soft ones. Default: false. */
  hard?: boolean;
  /** Default: −1. */
  dim?: number;
  generator?: Generator;
};

/**
 * A sample of the Gumbel-softmax distribution of unnormalised log-probabilities, differentiable in them.
 * Jang, Gu and Poole 2017, https://arxiv.org/abs/1611.01144; Maddison, Mnih and Teh 2017.
 */
export function gumbelSoftmax(logits: Tensor, options: GumbelOptions = {}): Tensor {
  const name = 'gumbelSoftmax';
  const given = knownOptions(options, ['tau', 'hard', 'dim', 'generator'], name);
  const { tau = 1, hard = false, dim = -1, generator } = given;
  positiveNumber(tau, 'tau', name);
  flag(hard, 'hard', name);
  const exponential = logits.detach().emptyLike();
  exponential.exponential_(1, generator === undefined ? {} : { generator });
  const soft = logits.sub(exponential.log()).div(tau).softmax(dim);
  if (!hard) return soft;
  const index = soft.detach().argmax(dim, true);
  const oneHot = soft.detach().zerosLike().scatter(dim, index, 1);
  return oneHot.sub(soft.detach()).add(soft);
}

export type NormalizeOptions = {
  /** The norm. Default: 2. */
  p?: number;
  /** Default: 1. */
  dim?: number;
  /** The least length that is divided by. Default: 1e-12. */
  eps?: number;
};

/** Vectors along a dimension divided by their length. */
export function normalize(input: Tensor, options: NormalizeOptions = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = knownOptions(options, ['p', 'dim', 'eps'], 'normalize');
  numberWhere((value) => value >= 0, 'a number of at least 0', eps, 'eps', 'normalize');
  return input.div(torch.linalg.vectorNorm(input, p, [dim], true).clampMin(eps));
}

export type DropoutFunctionOptions = {
  /** The share of elements that is zeroed, in [0, 1]. Default: 0.5. */
  p?: number;
  /** Default: true. */
  training?: boolean;
};

type Drop = (input: Tensor, p: number, train: boolean) => Tensor;

const dropping =
  (name: string, drop: Drop, least = 0) =>
  (input: Tensor, options: DropoutFunctionOptions = {}): Tensor => {
    const { p = 0.5, training = true } = knownOptions(options, ['p', 'training'], name);
    fraction(p, 'p', name);
    flag(training, 'training', name);
    if (least > 0)
      numberWhere((ndim) => ndim >= least, `${least} or more`, input.ndim, 'ndim', name);
    return drop(input, p, training);
  };

/** Zeroes elements at random and divides the rest by 1 − p. Hinton et al. 2012. */
export const dropout = dropping('dropout', torch.dropout);

/** Dropout that keeps mean and variance, for `selu`. Klambauer et al. 2017. */
export const alphaDropout = dropping('alphaDropout', torch.alphaDropout);

/** The same for whole channels. */
export const featureAlphaDropout = dropping('featureAlphaDropout', torch.featureAlphaDropout, 2);

/** Zeroes whole channels of `[N, C, L]`. */
export const dropout1d = dropping('dropout1d', torch.featureDropout, 2);

/** Zeroes whole channels of `[N, C, H, W]`. */
export const dropout2d = dropping('dropout2d', torch.featureDropout, 2);

/** Zeroes whole channels of `[N, C, D, H, W]`. */
export const dropout3d = dropping('dropout3d', torch.featureDropout, 2);
