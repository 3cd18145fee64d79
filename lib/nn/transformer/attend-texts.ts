import { type Tensor, torch } from '../../torch';
import type { Attend } from './encoder-layer';
import { gather, spread, type TextGroup, type Tokens } from './packed-texts';
import { selfAttention } from './self-attention';

export type TextAttention = {
  heads: number;
  /** D: of the queries, the keys and the values each. */
  dimensions: number;
  /** The share of weights dropped while training. */
  attentionDropout: number;
};

/**
 * Attention of all texts, group by group: queries, keys and values of all tokens to what each has seen. What
 * layers share is made once.
 *
 * @param like the queries have this one's dtype and device
 * @param biasOf what is added to the scores of a group, see `selfAttention`. Default: nothing
 */
export function attendTexts(
  { heads, attentionDropout, dimensions }: TextAttention,
  tokens: Tokens,
  like: Tensor,
  biasOf: (group: TextGroup) => Tensor | undefined = () => undefined,
): Attend {
  const groups = tokens.groups.map((group) => ({
    group,
    attend: selfAttention({
      heads,
      mask: group.mask,
      bias: biasOf(group),
      dropout: attentionDropout,
      like,
    }),
  }));
  const shape = [...tokens.ids.shape, dimensions];
  return (qkv, context) => {
    const seen = groups.map(({ group, attend }) =>
      gather(group, attend(spread(group, qkv), context)),
    );
    const [first] = seen;
    return (first !== undefined && seen.length === 1 ? first : torch.cat(seen)).view(shape);
  };
}
