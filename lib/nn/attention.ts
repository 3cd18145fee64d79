import type { Tensor } from '../torch';
import { maskedSoftmax } from './masked-softmax';

/**
 * softmax(Q Kᵀ / √d) V from plain operators, differentiable twice: queries `[..., a, d]`, keys
 * `[..., b, d]` and values `[..., b, e]` give `[..., a, e]`. The mask broadcasts to `[..., a, b]` and
 * is nonzero where a query may look; one that may look nowhere gets zeros. Vaswani et al. 2017,
 * «Attention Is All You Need», https://arxiv.org/abs/1706.03762
 */
export function attend(queries: Tensor, keys: Tensor, values: Tensor, mask?: Tensor): Tensor {
  const logits = queries.matmul(keys.mT).div(Math.sqrt(queries.size(-1)));
  const weights = mask ? maskedSoftmax(logits, mask, -1) : logits.softmax(-1);
  return weights.matmul(values);
}
