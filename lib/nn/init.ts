import { type Dtype, type Generator, type Tensor, torch } from '../torch';

/** Options of every initialisation. */
export type InitOptions = {
  /** Default: `float32`. */
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
  { a = 0, ...options }: InitOptions & { a?: number } = {},
): Tensor {
  const fanIn = shape.at(-1) ?? 1;
  return uniform(shape, generator, { ...options, bound: Math.sqrt(6 / ((1 + a * a) * fanIn)) });
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
  { gain = 1, ...options }: InitOptions & { gain?: number } = {},
): Tensor {
  const fans = (shape.at(-1) ?? 1) + (shape.at(-2) ?? 1);
  return uniform(shape, generator, { ...options, bound: gain * Math.sqrt(6 / fans) });
}

/** Uniform in ±bound. */
export function uniform(
  shape: readonly number[],
  generator: Generator,
  { bound, dtype = 'float32' }: InitOptions & { bound: number },
): Tensor {
  return torch.scope(() =>
    torch.empty(shape, { dtype, device: generator.device }).uniform(-bound, bound, { generator }),
  );
}

/**
 * Normally distributed.
 *
 * @param options.mean default: 0
 * @param options.std default: 1
 */
export function normal(
  shape: readonly number[],
  generator: Generator,
  { mean = 0, std = 1, dtype = 'float32' }: InitOptions & { mean?: number; std?: number } = {},
): Tensor {
  return torch.scope(() => {
    const standard = torch.randn(shape, { generator, dtype, device: generator.device });
    const scaled = std === 1 ? standard : standard.mul(std);
    return mean === 0 ? scaled : scaled.add(mean);
  });
}

/** Zeros, on the generator's device. */
export function zeros(
  shape: readonly number[],
  generator: Generator,
  { dtype = 'float32' }: InitOptions = {},
): Tensor {
  return torch.zeros(shape, { dtype, device: generator.device });
}

/** Ones, on the generator's device. */
export function ones(
  shape: readonly number[],
  generator: Generator,
  { dtype = 'float32' }: InitOptions = {},
): Tensor {
  return torch.ones(shape, { dtype, device: generator.device });
}
