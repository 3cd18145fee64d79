import { binding } from './binding';
import { Operator } from './dispatch';
import { maskedSoftmax } from './masked-softmax';
import { arePlain, isAtHand, requireTensors } from './plain-operands';
import type { Tensor } from './tensor';

export type AttentionOptions = {
  /** H: how many heads the sizes d and e are shared by; divides both. Default: 1. */
  heads?: number;
  /** Broadcasts to `[..., a, b]`: nonzero where a query may look. Default: everywhere. */
  mask?: Tensor | undefined;
};

const operator = new Operator('metatorch::attention');
/** Scores of one head up to which one operator is the faster: with the kernel for its products … */
const MOST_SCORES = 256 * 256;
/** … and without. */
const MOST_PLAIN_SCORES = 32 * 32;

/**
 * softmax(Q Kᵀ / √d) V, by several heads, each in a share of the columns: queries `[..., a, H·d]`, keys
 * `[..., b, H·d]` and values `[..., b, H·e]` give `[..., a, H·e]`. A query that may look nowhere gets
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
  { heads = 1, mask }: AttentionOptions = {},
): Tensor {
  requireTensors({ queries, keys, values }, 'attention');
  if (mask !== undefined) requireTensors({ mask }, 'attention');
  if (!isOneOperator(queries, keys, values, mask)) {
    return composed(queries, keys, values, heads, mask);
  }
  const lead = queries.shape.slice(0, -2);
  const flat = (x: Tensor): Tensor => (x.ndim === 3 ? x : x.reshape([-1, ...x.shape.slice(-2)]));
  const seen = mask && flat(mask.ne(0).expand([...lead, queries.size(-2), keys.size(-2)]));
  const given = [flat(queries), flat(keys), flat(values), seen ?? null, heads];
  const out = operator.call(given) as Tensor;
  return lead.length === 1 ? out : out.view([...lead, ...out.shape.slice(1)]);
}

function isOneOperator(queries: Tensor, keys: Tensor, values: Tensor, mask?: Tensor): boolean {
  const [a, b] = [queries.shape.at(-2) ?? 0, keys.shape.at(-2) ?? 0];
  const kernel = queries.dtype === 'float32' && binding.hasProductKernel();
  if (a * b === 0 || a * b > (kernel ? MOST_SCORES : MOST_PLAIN_SCORES)) return false;
  const lead = String(queries.shape.slice(0, -2));
  const together = [keys, values].every((x) => String(x.shape.slice(0, -2)) === lead);
  return together && arePlain([queries, keys, values]) && (mask === undefined || isAtHand(mask));
}

function composed(q: Tensor, k: Tensor, v: Tensor, heads: number, mask?: Tensor): Tensor {
  const split = (x: Tensor): Tensor =>
    x.unflatten(-1, [heads, x.size(-1) / heads]).transpose(-2, -3);
  const queries = split(q);
  const scores = queries.matmul(split(k).mT).div(Math.sqrt(queries.size(-1)));
  const weights = mask ? maskedSoftmax(scores, mask.unsqueeze(-3), -1) : scores.softmax(-1);
  return weights.matmul(split(v)).transpose(-2, -3).flatten(-2);
}
