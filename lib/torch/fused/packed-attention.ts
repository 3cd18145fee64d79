import { requireTensors } from '../check-tensors';
import { Operator } from '../operators/dispatch';
import type { Tensor } from '../tensor';

const operator = new Operator('metatorch::packed_attention');

/**
 * softmax(Q Kᵀ / √d + bias) V of texts that lie one after the other without padding, by heads which share the
 * columns: queries, keys and values side by side, `[N, 3·D]`, and the numbers of tokens of the texts give
 * `[N, D]`. On the CPU, in float32 or float64, without gradients.
 *
 * @param bias `[heads, L, L]`, added to the scores of the first tokens of every text. Default: nothing
 * @throws TorchError `ERR_TORCH_SHAPE` or `ERR_TORCH_DTYPE` if the arguments do not fit
 */
export function packedAttention(
  qkv: Tensor,
  lengths: readonly number[],
  heads: number,
  bias?: Tensor,
): Tensor {
  requireTensors({ qkv, ...(bias && { bias }) }, 'packedAttention');
  return operator.call([qkv, lengths, heads, bias ?? null]) as Tensor;
}
