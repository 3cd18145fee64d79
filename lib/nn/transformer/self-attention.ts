import { type Tensor, torch } from '../../torch';
import { dropout } from '../dropout';
import type { Context } from '../layer';

export type SelfAttention = {
  heads: number;
  /** `[B, L]`: true for tokens, false for padding. Default: no padding. */
  mask: Tensor | undefined;
  /** Added to the scores of every pair of tokens, `[B or 1, H, L, L]`. Default: nothing. */
  bias: Tensor | undefined;
  /** The share of weights dropped while training. */
  dropout: number;
  /** What it works on has this one's dtype and device. */
  like: Tensor;
};

/** Added to a score to make its weight 0; finite, so that gradients are. */
const NEVER = -1e9;

/**
 * How the texts of a batch attend, with what all layers share made once: queries, keys and values side by
 * side, `[B, L, 3·D]`, give `[B, L, D]`.
 *
 * Without gradients it is libtorch's fused attention, which has no second derivatives; with them
 * `torch.attention`, which has, or what both are made of.
 */
export function selfAttention(options: SelfAttention): (qkv: Tensor, context?: Context) => Tensor {
  const { heads, mask, bias } = options;
  const drop = dropout({ p: options.dropout });
  const kept = mask?.unsqueeze(1);
  const added = addedScores(mask, bias, options.like);
  return (qkv, context = {}) => {
    const drops = context.training === true && options.dropout > 0;
    if (torch.isGradEnabled() && bias === undefined && !drops) {
      const [q, k, v] = parts(qkv.chunk(3, -1));
      return torch.attention(q, k, v, { heads, mask: kept });
    }
    const [texts = 1, length = 1, columns = 0] = qkv.shape;
    const size = columns / 3 / heads;
    const split = qkv.view([texts, length, 3, heads, size]).permute([2, 0, 3, 1, 4]);
    const [q, k, v] = parts(split.unbind(0));
    if (!torch.isGradEnabled() && !drops) {
      return torch.scaledDotProductAttention(q, k, v, added).transpose(1, 2).flatten(2);
    }
    const products = q.matmul(k.mT).div(Math.sqrt(size));
    const weights = (added === undefined ? products : products.add(added)).softmax(-1);
    return drop.apply({}, weights, context).matmul(v).transpose(1, 2).flatten(2);
  };
}

function parts([q, k, v]: readonly Tensor[]): readonly [Tensor, Tensor, Tensor] {
  if (q !== undefined && k !== undefined && v !== undefined) return [q, k, v];
  throw new RangeError('Expected queries, keys and values');
}

function addedScores(
  mask: Tensor | undefined,
  bias: Tensor | undefined,
  like: Tensor,
): Tensor | undefined {
  if (mask === undefined) return bias;
  const hidden = mask.logicalNot().to(like.dtype).mul(NEVER).unsqueeze(1).unsqueeze(1);
  return bias === undefined ? hidden : bias.add(hidden);
}
