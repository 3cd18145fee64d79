import { checkOptions, positiveInteger } from '../check';
import { outOfRange } from '../errors';
import { type Tensor, torch } from '../torch';
import { shapeOf, wrongShape } from '../torch/check-tensors';
import type { Layer } from './layer';
import { type LinearParams, linear } from './linear';

export type Conv1dOptions = {
  /** D: the size of each step. */
  inChannels: number;
  /** F: filters. */
  outChannels: number;
  /** k: steps that a filter sees. */
  kernelSize: number;
  /** From one step that it sees to the next. Default: 1. */
  dilation?: number;
  /**
   * `same`: as many zeros before the sequence as after it, one more after it where they are odd;
   * `causal`: all before it, so that no step sees a later one; `valid`: none. Default: `same`.
   */
  padding?: ConvPadding;
};

export type ConvPadding = 'same' | 'causal' | 'valid';

/**
 * A convolution over the L steps of sequences, the steps' sizes last: `[..., L, D]` gives `[..., L, F]`,
 * or `[..., L − dilation·(k − 1), F]` for `valid`; with a task axis `[T, n, L, D]`. One product of
 * matrices, differentiable twice. The weight is `[F, k·D]`, the earliest step first.
 *
 * @throws ArgumentRangeError for an option out of range, or sequences that do not fit
 */
export function conv1d(options: Conv1dOptions): Layer<LinearParams> {
  const known = ['inChannels', 'outChannels', 'kernelSize', 'dilation', 'padding'];
  checkOptions(options, known, 'conv1d');
  const size = positiveInteger(options.inChannels, 'inChannels', 'conv1d');
  const kernel = positiveInteger(options.kernelSize, 'kernelSize', 'conv1d');
  const dilation = positiveInteger(options.dilation ?? 1, 'dilation', 'conv1d');
  const outFeatures = positiveInteger(options.outChannels, 'outChannels', 'conv1d');
  const reach = dilation * (kernel - 1);
  const before = zerosBefore(options.padding ?? 'same', reach);
  const after = options.padding === 'valid' ? 0 : reach - before;
  const filters = linear({ inFeatures: kernel * size, outFeatures });
  return {
    init: (generator) => filters.init(generator),
    apply(params, x) {
      const shape = shapeOf(x, 'input', 'conv1d');
      const length = (shape.at(-2) ?? 0) + before + after - reach;
      if (shape.length < 2 || shape.at(-1) !== size || length < 1) {
        throw wrongShape(
          `[..., L, ${size}] with L at least ${reach + 1 - before - after}`,
          'input',
          shape,
          'conv1d',
        );
      }
      const padded = before + after === 0 ? x : x.constantPadNd([0, 0, before, after]);
      const seen: Tensor[] = [];
      for (let i = 0; i < kernel; i++) seen.push(padded.narrow(-2, i * dilation, length));
      return filters.apply(params, torch.cat(seen, -1));
    },
    tasks: true,
  };
}

function zerosBefore(padding: ConvPadding, reach: number): number {
  switch (padding) {
    case 'same':
      return Math.floor(reach / 2);
    case 'causal':
      return reach;
    case 'valid':
      return 0;
    default:
      throw outOfRange("'same', 'causal' or 'valid'", 'padding of conv1d', padding, 'conv1d');
  }
}
