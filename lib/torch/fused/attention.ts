import { knownOptions } from '../../check';
import { requireTensors } from '../check-tensors';
import { Operator } from '../operators/dispatch';
import type { Tensor } from '../tensor';

export type AttentionOptions = {
  /** H: how many heads the sizes d and e are shared by; divides both. Default: 1. */
  heads?: number;
  /** Broadcasts to `[..., a, b]`: nonzero where a query may attend. Default: everywhere. */
  mask?: Tensor | undefined;
};

const operator = new Operator('metatorch::attention');

/**
 * softmax(Q Kᵀ / √d) V, by several heads, each in a share of the columns: queries `[..., a, H·d]`, keys
 * `[..., b, H·d]` and values `[..., b, H·e]` give `[..., a, H·e]`. A query that may attend to nothing gets
 * zeros. Vaswani et al. 2017, «Attention Is All You Need», https://arxiv.org/abs/1706.03762
 *
 * Has derivatives of every order, unlike libtorch's `scaledDotProductAttention` where that is fused.
 * On the CPU, outside of autocast and `vmap`, it is one operator, and so are its first and second
 * derivatives, for at most 256 by 256 scores a head in float32 on processors with AVX-512, and for 32 by
 * 32 on others and in float64. Elsewhere it is made of several.
 *
 * @throws TorchError `ERR_TORCH_SHAPE` or `ERR_TORCH_DTYPE` if the arguments do not fit
 */
export function attention(
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  options: AttentionOptions = {},
): Tensor {
  const { heads = 1, mask } = knownOptions(options, ['heads', 'mask'], 'attention');
  requireTensors({ queries, keys, values }, 'attention');
  if (mask !== undefined) requireTensors({ mask }, 'attention');
  return operator.call([queries, keys, values, mask ?? null, heads]) as Tensor;
}
