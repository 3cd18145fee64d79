import { array, checkOptions, notNegative, numberWhere } from '../check';
import { invalidArgument } from '../errors';
import { type Dtype, Generator, type Tensor, torch } from '../torch';

/** Options of every initialisation. */
export type InitOptions = {
  /** Default: that of `torch.setDefaultDtype`, at first `float32`. */
  dtype?: Dtype;
};

/**
 * Uniform in ±√(6 / ((1 + a²)·fanIn)), with fanIn the last size of `[out, in]`. He et al. 2015,
 * «Delving Deep into Rectifiers», https://arxiv.org/abs/1502.01852
 *
 * @param options.a slope of the rectifier's negative part. Default: 0. PyTorch's `Linear` uses √5.
 */
export function kaimingUniform(
  shape: readonly number[],
  generator: Generator,
  options: InitOptions & { a?: number } = {},
): Tensor {
  checkOptions(options, ['dtype', 'a'], 'kaimingUniform');
  const { a = 0, ...others } = options;
  finite(a, 'a', 'kaimingUniform');
  const fanIn = fan(shape, -1, 'kaimingUniform');
  return uniform(shape, generator, { ...others, bound: Math.sqrt(6 / ((1 + a * a) * fanIn)) });
}

/**
 * Uniform in ±gain·√(6 / (fanIn + fanOut)) for `[out, in]`. Glorot and Bengio 2010, «Understanding
 * the difficulty of training deep feedforward neural networks».
 *
 * @param options.gain default: 1
 */
export function xavierUniform(
  shape: readonly number[],
  generator: Generator,
  options: InitOptions & { gain?: number } = {},
): Tensor {
  checkOptions(options, ['dtype', 'gain'], 'xavierUniform');
  const { gain = 1, ...others } = options;
  notNegative(gain, 'gain', 'xavierUniform');
  const fans = fan(shape, -1, 'xavierUniform') + fan(shape, -2, 'xavierUniform');
  return uniform(shape, generator, { ...others, bound: gain * Math.sqrt(6 / fans) });
}

/**
 * Uniform in ±bound.
 *
 * @throws ArgumentRangeError if the bound is negative or not finite
 */
export function uniform(
  shape: readonly number[],
  generator: Generator,
  options: InitOptions & { bound: number },
): Tensor {
  checkOptions(options, ['dtype', 'bound'], 'uniform');
  const { dtype = torch.getDefaultDtype() } = options;
  const bound = notNegative(options.bound, 'bound', 'uniform');
  const device = deviceOf(generator, 'uniform');
  return torch.scope(() =>
    torch.empty(shape, { dtype, device }).uniform(-bound, bound, { generator }),
  );
}

/**
 * Normally distributed.
 *
 * @param options.mean default: 0
 * @param options.std default: 1
 * @throws ArgumentRangeError if the standard deviation is negative, or a number not finite
 */
export function normal(
  shape: readonly number[],
  generator: Generator,
  options: InitOptions & { mean?: number; std?: number } = {},
): Tensor {
  checkOptions(options, ['dtype', 'mean', 'std'], 'normal');
  const { dtype = torch.getDefaultDtype() } = options;
  const mean = finite(options.mean ?? 0, 'mean', 'normal');
  const std = notNegative(options.std ?? 1, 'std', 'normal');
  const device = deviceOf(generator, 'normal');
  return torch.scope(() => {
    const standard = torch.randn(shape, { generator, dtype, device });
    const scaled = std === 1 ? standard : standard.mul(std);
    return mean === 0 ? scaled : scaled.add(mean);
  });
}

/** Zeros, on the generator's device. */
export function zeros(
  shape: readonly number[],
  generator: Generator,
  options: InitOptions = {},
): Tensor {
  checkOptions(options, ['dtype'], 'zeros');
  const { dtype = torch.getDefaultDtype() } = options;
  return torch.zeros(shape, { dtype, device: deviceOf(generator, 'zeros') });
}

/** Ones, on the generator's device. */
export function ones(
  shape: readonly number[],
  generator: Generator,
  options: InitOptions = {},
): Tensor {
  checkOptions(options, ['dtype'], 'ones');
  const { dtype = torch.getDefaultDtype() } = options;
  return torch.ones(shape, { dtype, device: deviceOf(generator, 'ones') });
}

/** One of the last sizes of a shape; 1 where it has none there. */
function fan(shape: readonly number[], dim: number, operator: string): number {
  const size = array(shape, 'sizes', 'shape', operator).at(dim) ?? 1;
  return notNegative(size, `shape[${shape.length + dim}]`, operator);
}

function finite(value: unknown, name: string, operator: string): number {
  return numberWhere(Number.isFinite, 'a finite number', value, name, operator);
}

/** The device of a generator, which every initialisation needs. */
function deviceOf(generator: unknown, operator: string): string {
  if (generator instanceof Generator) return generator.device;
  const expected = 'a generator, such as torch.generator(1),';
  throw invalidArgument(expected, `the generator of ${operator}`, generator, operator);
}
