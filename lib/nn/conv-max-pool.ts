import { checkOptions, objectOf, positiveInteger } from '../check';
import { type Tensor, torch } from '../torch';
import { shapeOf, wrongShape } from '../torch/check-tensors';
import type { Layer } from './layer';
import { type LinearParams, linear } from './linear';
import { ofTasks } from './tasks';

export type ConvMaxPoolOptions = {
  /** D: the size of each step. */
  inChannels: number;
  /** F: filters. */
  outChannels: number;
  /** k: steps that a filter sees. */
  kernelSize: number;
};

/**
 * How strongly each filter answers to the window of a sequence that it answers to most: a convolution
 * without padding, and the maximum over its places (Collobert et al., Natural Language Processing
 * (Almost) from Scratch, 2011; with several kernel sizes and `relu` after it, the text CNN of Kim,
 * Convolutional Neural Networks for Sentence Classification, 2014, whose `relu` before the maximum
 * gives the same). `[..., L, D]` gives `[..., F]`; with a task axis `[T, n, ..., L, D]` gives
 * `[T, n, ..., F]`. The weight is `[F, k·D]`, as that of `conv1d`.
 *
 * On the CPU it is one operator, `torch.convMax`, and several times as fast as its parts.
 *
 * @throws ArgumentRangeError for an option out of range, or sequences that do not fit
 */
export function convMaxPool(options: ConvMaxPoolOptions): Layer<LinearParams> {
  checkOptions(options, ['inChannels', 'outChannels', 'kernelSize'], 'convMaxPool');
  const size = positiveInteger(options.inChannels, 'inChannels', 'convMaxPool');
  const kernel = positiveInteger(options.kernelSize, 'kernelSize', 'convMaxPool');
  const outFeatures = positiveInteger(options.outChannels, 'outChannels', 'convMaxPool');
  const filters = linear({ inFeatures: kernel * size, outFeatures });
  return {
    init: (generator) => filters.init(generator),
    apply(params, x) {
      const { weight, bias } = objectOf(params, 'parameters', 'convMaxPool');
      const shape = shapeOf(x, 'input', 'convMaxPool');
      const length = shape.at(-2) ?? 0;
      if (shape.length < 2 || shape.at(-1) !== size || length < kernel) {
        const expected = `[..., L, ${size}] with L at least ${kernel}`;
        throw wrongShape(expected, 'input', shape, 'convMaxPool');
      }
      const tasks = tasksOf(weight, bias, shape);
      const y = torch.convMax(
        x.reshape([tasks, -1, length, size]),
        ofTasks(weight, 3, tasks),
        bias === undefined ? x.newZeros([tasks, outFeatures]) : ofTasks(bias, 2, tasks),
      );
      return y.reshape([...shape.slice(0, -2), outFeatures]);
    },
    tasks: true,
  };
}

function tasksOf(weight: Tensor, bias: Tensor | undefined, shape: readonly number[]): number {
  const own = shapeOf(weight, 'weight', 'convMaxPool');
  if (bias !== undefined) shapeOf(bias, 'bias', 'convMaxPool');
  const tasks = own.length === 3 ? own[0] : bias?.ndim === 2 ? bias.size(0) : undefined;
  if (tasks === undefined) return 1;
  if (shape.length > 3 && shape[0] === tasks) return tasks;
  throw wrongShape(`[${tasks}, n, ..., L, D]`, 'input', shape, 'convMaxPool');
}
