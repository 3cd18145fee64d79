import { flag, knownOptions, oneOf } from '../../check';
import { invalidArgument, outOfRange } from '../../errors';
import { type Tensor, torch } from '../../torch';

type Sizes = number | readonly number[];

const MODES = ['nearest', 'linear', 'bilinear', 'bicubic', 'trilinear', 'area'] as const;

export type InterpolateOptions = {
  /** The spatial size of the result: this or `scaleFactor`. */
  size?: Sizes;
  /** How many times as large the result is. */
  scaleFactor?: Sizes;
  /** `linear` is for `[N, C, L]`, `bilinear` and `bicubic` for `[N, C, H, W]`, `trilinear` for `[N, C, D, H, W]`. Default: `nearest`. */
  mode?: (typeof MODES)[number];
  /** Whether the centres of the corners lie on each other, for modes that are linear or cubic. Default: false. */
  alignCorners?: boolean;
};

/** Gives another spatial size to `[N, C, …]`. */
export function interpolate(input: Tensor, options: InterpolateOptions): Tensor {
  const name = 'interpolate';
  const known = ['size', 'scaleFactor', 'mode', 'alignCorners'] as const;
  const given = knownOptions(options, known, name);
  const mode = oneOf(...MODES)(given.mode ?? 'nearest', 'mode', name);
  const align = flag(given.alignCorners ?? false, 'alignCorners', name);
  const spatial = input.ndim - 2;
  if (spatial < 1 || spatial > 3) throw outOfRange('3 to 5 dimensions', 'input', input, name);
  if ((given.size === undefined) === (given.scaleFactor === undefined)) {
    throw invalidArgument('either size or scaleFactor', 'options', options, name);
  }
  const size = perDimension(given.size, spatial, 'size', 'an integer', Number.isInteger);
  const scales = perDimension(
    given.scaleFactor,
    spatial,
    'scaleFactor',
    'a number',
    Number.isFinite,
  );
  const resize = RESIZE[`${mode}${spatial}`];
  if (resize === undefined) {
    throw outOfRange(`a mode for ${input.ndim} dimensions`, `mode of ${name}`, mode, name);
  }
  return resize(input, size, scales, align);
}

/** One number for each spatial dimension, from a list of them or one for all. */
function perDimension(
  sizes: Sizes | undefined,
  count: number,
  name: string,
  expected: string,
  fits: (value: number) => boolean,
): number[] | undefined {
  if (sizes === undefined) return undefined;
  const list = typeof sizes === 'number' ? new Array<number>(count).fill(sizes) : sizes;
  if (Array.isArray(list) && list.length === count && list.every(fits)) return list;
  const wanted = `${expected}, or an array of ${count},`;
  throw invalidArgument(wanted, `${name} of interpolate`, sizes, 'interpolate');
}

type List = readonly number[];
type Resize = (
  input: Tensor,
  size: List | undefined,
  scales: List | undefined,
  align: boolean,
) => Tensor;

const scaled = (input: Tensor, size: List | undefined, scales: List | undefined): number[] => [
  ...(size ?? input.shape.slice(2).map((one, i) => Math.floor(one * (scales?.[i] ?? 1)))),
];

const RESIZE: Readonly<Record<string, Resize>> = {
  nearest1: (input, size, scales) => torch.upsampleNearest1d(input, size, scales),
  nearest2: (input, size, scales) => torch.upsampleNearest2d(input, size, scales),
  nearest3: (input, size, scales) => torch.upsampleNearest3d(input, size, scales),
  linear1: (input, size, scales, align) =>
    torch.upsampleLinear1d(input, size ?? null, align, scales),
  bilinear2: (input, size, scales, align) =>
    torch.upsampleBilinear2d(input, size ?? null, align, scales),
  bicubic2: (input, size, scales, align) =>
    torch.upsampleBicubic2d(input, size ?? null, align, scales),
  trilinear3: (input, size, scales, align) =>
    torch.upsampleTrilinear3d(input, size ?? null, align, scales),
  area1: (input, size, scales) => torch.adaptiveAvgPool1d(input, scaled(input, size, scales)),
  area2: (input, size, scales) => torch.adaptiveAvgPool2d(input, scaled(input, size, scales)),
  area3: (input, size, scales) => torch.adaptiveAvgPool3d(input, scaled(input, size, scales)),
};

const SAMPLING = ['bilinear', 'nearest', 'bicubic'] as const;
const PADDING = ['zeros', 'border', 'reflection'] as const;

export type GridSampleOptions = {
  /** Default: `bilinear`. */
  mode?: (typeof SAMPLING)[number];
  /** What lies outside. Default: `zeros`. */
  paddingMode?: (typeof PADDING)[number];
  /** −1 and 1 are the centres of the corners, not their outer edges. Default: false. */
  alignCorners?: boolean;
};

/** The input `[N, C, H, W]` at places `[N, H′, W′, 2]` in [−1, 1], or the same with one dimension more. */
export function gridSample(input: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  const name = 'gridSample';
  const given = knownOptions(options, ['mode', 'paddingMode', 'alignCorners'], name);
  const mode = oneOf(...SAMPLING)(given.mode ?? 'bilinear', 'mode', name);
  const padding = oneOf(...PADDING)(given.paddingMode ?? 'zeros', 'paddingMode', name);
  const align = flag(given.alignCorners ?? false, 'alignCorners', name);
  return torch.gridSampler(input, grid, SAMPLING.indexOf(mode), PADDING.indexOf(padding), align);
}

/** The places that an affine map `[N, 2, 3]` takes a grid of a size `[N, C, H, W]` to, for `gridSample`. */
export function affineGrid(
  theta: Tensor,
  size: readonly number[],
  options: { alignCorners?: boolean } = {},
): Tensor {
  const { alignCorners = false } = knownOptions(options, ['alignCorners'], 'affineGrid');
  return torch.affineGridGenerator(theta, size, flag(alignCorners, 'alignCorners', 'affineGrid'));
}

export type WindowOptions = {
  /** Default: 1. */
  dilation?: Sizes;
  /** Default: 0. */
  padding?: Sizes;
  /** Default: 1. */
  stride?: Sizes;
};

const WINDOW = ['dilation', 'padding', 'stride'] as const;

/** The windows of `[N, C, H, W]` as columns, `[N, C·k·k, L]`. */
export function unfold(input: Tensor, kernelSize: Sizes, options: WindowOptions = {}): Tensor {
  const { dilation = 1, padding = 0, stride = 1 } = knownOptions(options, WINDOW, 'unfold');
  return input.im2col(kernelSize, dilation, padding, stride);
}

/** Adds columns `[N, C·k·k, L]` up where `unfold` took them, to an image of `outputSize`. */
export function fold(
  input: Tensor,
  outputSize: Sizes,
  kernelSize: Sizes,
  options: WindowOptions = {},
): Tensor {
  const { dilation = 1, padding = 0, stride = 1 } = knownOptions(options, WINDOW, 'fold');
  return input.col2im(outputSize, kernelSize, dilation, padding, stride);
}
