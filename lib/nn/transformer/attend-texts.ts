import { type Tensor, torch } from '../../torch';
import { packedAttention } from '../../torch/fused/packed-attention';
import type { Context } from '../layer';
import type { Attend } from './encoder-layer';
import { gather, type PaddedTexts, spread, type Tokens } from './packed-texts';
import { selfAttention } from './self-attention';

export type TextAttention = {
  heads: number;
  /** D: of the queries, the keys and the values each. */
  dimensions: number;
  /** The share of weights dropped while training. */
  attentionDropout: number;
};

export type AttentionDetails = {
  context?: Context | undefined;
  /** What is added to the scores of texts padded to a length, see `selfAttention`. Default: nothing. */
  biasOf?: (padded: PaddedTexts) => Tensor | undefined;
};

/**
 * Attention of all texts: queries, keys and values of all tokens to what each has seen. Packed tokens attend
 * as they lie where nothing is recorded, on the CPU; elsewhere texts of similar length are spread out, group by
 * group. What layers share is made once.
 *
 * @param like the queries have this one's dtype and device
 */
export function attendTexts(
  { heads, attentionDropout: dropout, dimensions }: TextAttention,
  tokens: Tokens,
  like: Tensor,
  { context, biasOf = () => undefined }: AttentionDetails = {},
): Attend {
  const drops = context?.training === true && dropout > 0;
  const lengths = drops || !attendsPacked(like) ? undefined : tokens.lengths;
  const longest = { texts: 1, length: tokens.groups.at(-1)?.length ?? 1 };
  const bias = lengths && biasOf(longest)?.squeeze(0).expand([heads, -1, -1]);
  // Frozen layers record nothing, those after them may.
  const spreads = lengths === undefined || torch.isGradEnabled();
  const groups = (spreads ? tokens.groups : []).map((group) => ({
    group,
    attend: selfAttention({ heads, mask: group.mask, bias: biasOf(group), dropout, like }),
  }));
  const shape = [...tokens.ids.shape, dimensions];
  return (qkv, context) => {
    if (lengths !== undefined && !torch.isGradEnabled()) {
      return packedAttention(qkv, lengths, heads, bias);
    }
    const seen = groups.map(({ group, attend }) =>
      gather(group, attend(spread(group, qkv), context)),
    );
    const [first] = seen;
    return (first !== undefined && seen.length === 1 ? first : torch.cat(seen)).view(shape);
  };
}

function attendsPacked({ dtype, device }: Tensor): boolean {
  if (torch.insideVmap() || torch.isAutocastEnabled('cpu')) return false;
  return device === 'cpu' && (dtype === 'float32' || dtype === 'float64');
}
