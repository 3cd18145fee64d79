import { byName, flag } from '../../check';
import { type Tensor, torch } from '../../torch';
import { asked, type OutputIndices, outputIndices } from './output-indices';

type Sizes = number | readonly number[];

export type MaxPoolOptions = {
  /** Default: the kernel's size. */
  stride?: Sizes | null;
  /** Default: 0. */
  padding?: Sizes;
  /** How far apart a window's elements are. Default: 1. */
  dilation?: Sizes;
  /** Takes windows that begin inside but end outside. Default: false. */
  ceilMode?: boolean;
  /** Gives the places of the greatest too, for `maxUnpoolNd`. Default: false. */
  returnIndices?: boolean;
};

type Alone = MaxPoolOptions & { returnIndices?: false };
type WithPlaces = MaxPoolOptions & { returnIndices: true };

type Positional =
  | readonly []
  | readonly [stride: Sizes | null]
  | readonly [stride: Sizes | null, padding: Sizes]
  | readonly [stride: Sizes | null, padding: Sizes, dilation: Sizes]
  | readonly [stride: Sizes | null, padding: Sizes, dilation: Sizes, ceilMode: boolean];

type Full = readonly [stride: Sizes | null, padding: Sizes, dilation: Sizes, ceilMode: boolean];

/** The greatest of each window. */
export interface MaxPool {
  (
    input: Tensor,
    kernelSize: Sizes,
    ...args: readonly [...Positional, WithPlaces] | readonly [...Full, returnIndices: true]
  ): OutputIndices;
  (
    input: Tensor,
    kernelSize: Sizes,
    ...args: readonly [...Positional, Alone?] | readonly [...Full, returnIndices: false]
  ): Tensor;
}

/** What the operators take, to which null stands for the default too. */
type Window = Omit<MaxPoolOptions, 'stride' | 'returnIndices'> & { stride?: Sizes };

type Pool = (input: Tensor, kernelSize: Sizes, options: Window) => Tensor;
type PoolWithIndices = (input: Tensor, kernelSize: Sizes, options: Window) => [Tensor, Tensor];

const NAMES = ['stride', 'padding', 'dilation', 'ceilMode', 'returnIndices'] as const;

const maxPool = (name: string, pool: Pool, withIndices: PoolWithIndices) =>
  ((input: Tensor, kernelSize: Sizes, ...args: readonly unknown[]) => {
    const { returnIndices = false, ...options } = byName(args, NAMES, [], name);
    const window = options as Window;
    return flag(returnIndices, 'returnIndices', name)
      ? outputIndices(withIndices(input, kernelSize, window))
      : pool(input, kernelSize, window);
  }) as MaxPool;

/**
 * The greatest of each window of `[…, C, L]`; with `returnIndices` their places too.
 *
 *     const { output, indices } = nn.functional.maxPool1d(x, 2, { returnIndices: true });
 */
export const maxPool1d = maxPool(
  'maxPool1d',
  (input, kernel, options) => torch.maxPool1d(input, kernel, options),
  (input, kernel, options) => torch.maxPool1dWithIndices(input, kernel, options),
);

/** The same of `[…, C, H, W]`. */
export const maxPool2d = maxPool(
  'maxPool2d',
  (input, kernel, options) => torch.maxPool2d(input, kernel, options),
  (input, kernel, options) => torch.maxPool2dWithIndices(input, kernel, options),
);

/** The same of `[…, C, D, H, W]`. */
export const maxPool3d = maxPool(
  'maxPool3d',
  (input, kernel, options) => torch.maxPool3d(input, kernel, options),
  (input, kernel, options) => torch.maxPool3dWithIndices(input, kernel, options),
);

export type AdaptiveMaxPoolOptions = {
  /** Gives the places of the greatest too. Default: false. */
  returnIndices?: boolean;
};

/** The greatest of each of `outputSize` windows. */
export interface AdaptiveMaxPool {
  (input: Tensor, outputSize: Sizes, returnIndices: true | { returnIndices: true }): OutputIndices;
  (input: Tensor, outputSize: Sizes, returnIndices?: false | { returnIndices?: false }): Tensor;
}

type Adaptive = (input: Tensor, outputSize: Sizes) => [Tensor, Tensor];

const adaptiveMaxPool = (name: string, pool: Adaptive) =>
  ((input: Tensor, outputSize: Sizes, ...args: readonly unknown[]) => {
    const { returnIndices = false } = byName(args, ['returnIndices'], [], name);
    return asked(pool(input, outputSize), flag(returnIndices, 'returnIndices', name));
  }) as AdaptiveMaxPool;

/** The greatest of each of `outputSize` windows of `[…, C, L]`; with `returnIndices` their places too. */
export const adaptiveMaxPool1d = adaptiveMaxPool('adaptiveMaxPool1d', torch.adaptiveMaxPool1d);

/** The same of `[…, C, H, W]`. */
export const adaptiveMaxPool2d = adaptiveMaxPool('adaptiveMaxPool2d', torch.adaptiveMaxPool2d);

/** The same of `[…, C, D, H, W]`. */
export const adaptiveMaxPool3d = adaptiveMaxPool('adaptiveMaxPool3d', torch.adaptiveMaxPool3d);
