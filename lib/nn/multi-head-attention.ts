import { checkOptions, objectOf, positiveInteger } from '../check';
import { outOfRange } from '../errors';
import { type Tensor, torch } from '../torch';
import { shapeOf, wrongShape } from '../torch/check-tensors';
import type { Layer } from './layer';
import { type LinearParams, linear } from './linear';

export type MultiHeadAttentionOptions = {
  /** D: the size of queries, keys, values and outputs; a multiple of `heads`. */
  dimensions: number;
  heads: number;
};

export type MultiHeadAttentionParams = {
  query: LinearParams;
  key: LinearParams;
  value: LinearParams;
  output: LinearParams;
};

export type AttentionInput = {
  /** What looks, `[..., a, D]`. */
  x: Tensor;
  /** What is looked at, `[..., b, D]`. Default: x. */
  memory?: Tensor;
  /**
   * Broadcasts to `[..., a, b]`: nonzero where x may look. What may look nowhere gets the bias of the
   * output. Default: everywhere.
   */
  mask?: Tensor;
};

/**
 * Attention by several heads, each in a share of the dimensions: `[..., a, D]` gives `[..., a, D]`;
 * with a task axis `[T, n, a, D]`. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 *
 * @throws ArgumentRangeError if the heads do not divide D, or x or the memory is of another size
 */
export function multiHeadAttention(
  options: MultiHeadAttentionOptions,
): Layer<MultiHeadAttentionParams, AttentionInput> {
  const name = 'multiHeadAttention';
  checkOptions(options, ['dimensions', 'heads'], name);
  const size = positiveInteger(options.dimensions, 'dimensions', name);
  const heads = positiveInteger(options.heads, 'heads', name);
  if (size % heads !== 0) throw outOfRange(`a divisor of ${size}`, `heads of ${name}`, heads, name);
  const project = linear({ inFeatures: size, outFeatures: size });
  return {
    init: (generator) => ({
      query: project.init(generator),
      key: project.init(generator),
      value: project.init(generator),
      output: project.init(generator),
    }),
    apply(params, input) {
      objectOf(params, 'parameters', name);
      const { x, memory = x, mask } = objectOf(input, 'input', name);
      for (const [own, what] of [
        [x, 'x'],
        [memory, 'memory'],
      ] as const) {
        const shape = shapeOf(own, what, name);
        if (shape.length < 2 || shape.at(-1) !== size) {
          throw wrongShape(`[..., n, ${size}]`, what, shape, name);
        }
      }
      const attended = torch.attention(
        project.apply(params.query, x),
        project.apply(params.key, memory),
        project.apply(params.value, memory),
        { heads, mask },
      );
      return project.apply(params.output, attended);
    },
    tasks: true,
  };
}
