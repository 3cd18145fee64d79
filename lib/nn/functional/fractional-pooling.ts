import { flag, knownOptions, numberWhere } from '../../check';
import { ArgumentTypeError } from '../../errors';
import { type Generator, type Tensor, torch } from '../../torch';
import { requireTensor, wrongShape } from '../../torch/check-tensors';
import { asked, type OutputIndices, outputIndices } from './output-indices';

type Sizes = number | readonly number[];

export type FractionalMaxPoolOptions = {
  /** The size of the result. This or `outputRatio` must be given. */
  outputSize?: Sizes;
  /** The size of the result as a share of the input's, in (0, 1). */
  outputRatio?: Sizes;
  /** Gives the places of the greatest too. Default: false. */
  returnIndices?: boolean;
  /** What the windows' places are drawn from. Default: the default generator. */
  generator?: Generator;
};

type Pool = (input: Tensor, kernel: Sizes, size: Sizes, samples: Tensor) => [Tensor, Tensor];

const OPTIONS = ['outputSize', 'outputRatio', 'generator'] as const;

/** The greatest of each window, whose place is drawn. */
export interface FractionalMaxPool {
  (
    input: Tensor,
    kernelSize: Sizes,
    options: FractionalMaxPoolOptions & { returnIndices: true },
  ): OutputIndices;
  (
    input: Tensor,
    kernelSize: Sizes,
    options: FractionalMaxPoolOptions & { returnIndices?: false },
  ): Tensor;
}

/** Windows of `kernelSize` at places that are drawn for every channel of every sample. */
const withIndices =
  (name: string, ndim: number, pool: Pool) =>
  (
    input: Tensor,
    kernelSize: Sizes,
    options: Omit<FractionalMaxPoolOptions, 'returnIndices'>,
  ): OutputIndices => {
    const { outputSize, outputRatio, generator } = knownOptions(options, OPTIONS, name);
    const { shape, dtype, device } = requireTensor(input, 'input', name);
    if (shape.length !== ndim + 1 && shape.length !== ndim + 2) {
      const expected = `${ndim + 1} or ${ndim + 2} dimensions`;
      throw wrongShape(expected, 'input', shape, name);
    }
    const size = outputSize ?? sizeOfRatio(outputRatio, shape.slice(-ndim), name);
    const [samples, channels] = shape.length === ndim + 1 ? [1, shape[0]] : shape;
    const own = { dtype, device, ...(generator !== undefined && { generator }) };
    return torch.scope(() =>
      outputIndices(
        pool(input, kernelSize, size, torch.rand([samples ?? 1, channels ?? 1, ndim], own)),
      ),
    );
  };

/** The same with the places only where they are asked for. */
const fractional = (name: string, ndim: number, pool: Pool) => {
  const both = withIndices(name, ndim, pool);
  return ((input: Tensor, kernelSize: Sizes, options: FractionalMaxPoolOptions) => {
    const { returnIndices = false, ...own } = knownOptions(
      options,
      [...OPTIONS, 'returnIndices'],
      name,
    );
    return asked(both(input, kernelSize, own), flag(returnIndices, 'returnIndices', name));
  }) as FractionalMaxPool;
};

const pool2d: Pool = (input, kernel, size, samples) =>
  torch.fractionalMaxPool2d(input, kernel, size, samples);
const pool3d: Pool = (input, kernel, size, samples) =>
  torch.fractionalMaxPool3d(input, kernel, size, samples);

function sizeOfRatio(
  ratio: Sizes | undefined,
  shape: readonly number[],
  name: string,
): readonly number[] {
  if (ratio === undefined) {
    const message = `Expected outputSize or outputRatio for ${name} but received neither`;
    throw new ArgumentTypeError(message, name, 'outputSize');
  }
  return shape.map((size, i) => {
    const share = typeof ratio === 'number' ? ratio : ratio[i];
    const fits = (value: number): boolean => value > 0 && value < 1;
    const where = typeof ratio === 'number' ? 'outputRatio' : `outputRatio[${i}]`;
    return Math.floor(size * numberWhere(fits, 'a number in (0, 1)', share, where, name));
  });
}

/**
 * The greatest of each of `outputSize` windows of `[…, C, H, W]`, and its place in the plane. The steps from
 * window to window are drawn, so that the size of the result may be any.
 *
 * Graham, Fractional Max-Pooling, 2014.
 */
export const fractionalMaxPool2dWithIndices = withIndices(
  'fractionalMaxPool2dWithIndices',
  2,
  pool2d,
);

/** The same of `[…, C, D, H, W]`. */
export const fractionalMaxPool3dWithIndices = withIndices(
  'fractionalMaxPool3dWithIndices',
  3,
  pool3d,
);

/**
 * The greatest of each of `outputSize` windows of `[…, C, H, W]`, whose places are drawn.
 *
 *     nn.functional.fractionalMaxPool2d(images, 3, { outputRatio: 0.5 });
 */
export const fractionalMaxPool2d = fractional('fractionalMaxPool2d', 2, pool2d);

/** The same of `[…, C, D, H, W]`. */
export const fractionalMaxPool3d = fractional('fractionalMaxPool3d', 3, pool3d);
