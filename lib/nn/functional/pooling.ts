import { array, knownOptions, positiveNumber } from '../../check';
import { type Tensor, torch } from '../../torch';

type Sizes = number | readonly number[];

export type LpPoolOptions = {
  /** Default: the kernel's size. */
  stride?: Sizes;
  /** Takes windows that begin inside but end outside. Default: false. */
  ceilMode?: boolean;
};

type Average = (input: Tensor, kernel: Sizes, stride: Sizes, ceilMode: boolean) => Tensor;

/** (Σ x^p)^(1/p) of each window, from its average. */
const lpPool =
  (name: string, ndim: number, average: Average) =>
  (input: Tensor, normType: number, kernelSize: Sizes, options: LpPoolOptions = {}): Tensor => {
    const { stride, ceilMode = false } = knownOptions(options, ['stride', 'ceilMode'], name);
    const p = positiveNumber(normType, 'normType', name);
    const count = [kernelSize].flat().reduce((product, size) => product * size, 1);
    const elements = typeof kernelSize === 'number' ? kernelSize ** ndim : count;
    const means = average(input.pow(p), kernelSize, stride ?? kernelSize, ceilMode);
    return means
      .sign()
      .mul(means.abs().relu())
      .mul(elements)
      .pow(1 / p);
  };

/** The p-norm of each window of `[…, C, L]`. */
export const lpPool1d = lpPool('lpPool1d', 1, (input, kernel, stride, ceilMode) =>
  torch.avgPool1d(input, kernel, stride, 0, ceilMode),
);

/** The p-norm of each window of `[…, C, H, W]`. */
export const lpPool2d = lpPool('lpPool2d', 2, (input, kernel, stride, ceilMode) =>
  torch.avgPool2d(input, kernel, stride, 0, ceilMode),
);

/** The p-norm of each window of `[…, C, D, H, W]`. */
export const lpPool3d = lpPool('lpPool3d', 3, (input, kernel, stride, ceilMode) =>
  torch.avgPool3d(input, kernel, stride, 0, ceilMode),
);

export type UnpoolOptions = {
  /** Default: the kernel's size. */
  stride?: Sizes;
  /** Default: 0. */
  padding?: Sizes;
  /** The shape of what was pooled. Default: the least that fits. */
  outputSize?: readonly number[];
};

type Unpool = (input: Tensor, indices: Tensor, size: readonly number[], more: Spread) => Tensor;
type Spread = { readonly stride: readonly number[]; readonly padding: readonly number[] };

/** Puts the maxima back where `maxPoolNdWithIndices` found them, and zeros elsewhere. */
const unpool =
  (name: string, ndim: number, run: Unpool) =>
  (input: Tensor, indices: Tensor, kernelSize: Sizes, options: UnpoolOptions = {}): Tensor => {
    const given = knownOptions(options, ['stride', 'padding', 'outputSize'], name);
    const spread = (sizes: Sizes, argument: string) =>
      typeof sizes === 'number'
        ? new Array<number>(ndim).fill(sizes)
        : [...array(sizes, 'integers, or one for all', argument, name)];
    const kernel = spread(kernelSize, 'kernelSize');
    const stride = spread(given.stride ?? kernelSize, 'stride');
    const padding = spread(given.padding ?? 0, 'padding');
    const wanted = given.outputSize && array(given.outputSize, 'integers', 'outputSize', name);
    const least = input.shape
      .slice(-ndim)
      .map((size, i) => (size - 1) * (stride[i] ?? 1) - 2 * (padding[i] ?? 0) + (kernel[i] ?? 1));
    return run(input, indices, wanted?.slice(-ndim) ?? least, { stride, padding });
  };

/** Of `[…, C, L]`. */
export const maxUnpool1d = unpool('maxUnpool1d', 1, (input, indices, [length = 0]) =>
  torch.maxUnpool2d(input.unsqueeze(-1), indices.unsqueeze(-1), [length, 1]).squeeze(-1),
);

/** Of `[…, C, H, W]`. */
export const maxUnpool2d = unpool('maxUnpool2d', 2, (input, indices, size) =>
  torch.maxUnpool2d(input, indices, size),
);

/** Of `[…, C, D, H, W]`. */
export const maxUnpool3d = unpool('maxUnpool3d', 3, (input, indices, size, { stride, padding }) =>
  torch.maxUnpool3d(input, indices, size, stride, padding),
);
