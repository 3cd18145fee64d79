import { checkOptions, numberWhere, objectOf, positiveInteger } from '../check';
import { type Tensor, torch } from '../torch';
import { shapeOf, wrongShape } from '../torch/check-tensors';
import { ones, zeros } from './init';
import type { Layer } from './layer';
import { obeysLinearRules } from './linear-rule';
import { ofTasks } from './tasks';

export type LayerNormOptions = {
  /** The size D of the last dimension, over which mean and variance are taken. */
  normalizedShape: number;
  /** ε, added to the variance. Default: 1e-5. */
  eps?: number;
};

/** `weight` and `bias`, each `[D]` or `[T, D]`. */
export type LayerNormParams = { weight: Tensor; bias: Tensor };

/**
 * y = (x − mean) / √(variance + ε) · weight + bias over the last dimension, the variance biased. Ba et
 * al. 2016, «Layer Normalization», https://arxiv.org/abs/1607.06450
 *
 * `[..., D]` gives `[..., D]`; with a task axis `[T, ..., D]` gives `[T, ..., D]`.
 *
 * @throws ArgumentRangeError if the input does not fit the parameters
 */
export function layerNorm(options: LayerNormOptions): Layer<LayerNormParams> {
  checkOptions(options, ['normalizedShape', 'eps'], 'layerNorm');
  const size = positiveInteger(options.normalizedShape, 'normalizedShape', 'layerNorm');
  const eps = numberWhere(
    (value) => value >= 0,
    'a number of at least 0',
    options.eps ?? 1e-5,
    'eps',
    'layerNorm',
  );
  return obeysLinearRules({
    init: (generator) => ({ weight: ones([size], generator), bias: zeros([size], generator) }),
    apply(params, x) {
      const { weight, bias } = objectOf(params, 'parameters', 'layerNorm');
      return normalize(x, weight, bias, size, eps);
    },
    tasks: true,
  });
}

function normalize(x: Tensor, weight: Tensor, bias: Tensor, size: number, eps: number): Tensor {
  const shape = shapeOf(x, 'input', 'layerNorm');
  if (shape.at(-1) !== size) throw wrongShape(`[..., ${size}]`, 'input', shape, 'layerNorm');
  const [ofWeight, ofBias] = [tasksOf(weight, 'weight', shape), tasksOf(bias, 'bias', shape)];
  const tasks = ofWeight ?? ofBias;
  const rows = x.reshape([tasks ?? 1, -1, size]);
  const own = (parameter: Tensor): Tensor => ofTasks(parameter, 2, tasks);
  return torch.taskLayerNorm(rows, own(weight), own(bias), eps).view(shape);
}

/** T of a parameter `[T, D]`, or undefined of one without a task axis. */
function tasksOf(param: Tensor, name: string, shape: readonly number[]): number | undefined {
  const own = shapeOf(param, name, 'layerNorm');
  if (own.length === 1) return undefined;
  const [tasks, size] = own;
  if (own.length !== 2) throw wrongShape('[D] or [T, D]', name, own, 'layerNorm');
  if (shape.length >= 2 && shape[0] === tasks) return tasks;
  throw wrongShape(`[${tasks}, ..., ${size}]`, 'input', shape, 'layerNorm');
}
