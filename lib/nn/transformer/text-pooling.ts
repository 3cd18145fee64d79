import { type Tensor, torch } from '../../torch';
import { spread, type TextGroup, type Tokens } from './packed-texts';

/** A text is the vector of its first token, or the mean or the maximum of those of all. */
export type TextPooling = 'cls' | 'mean' | 'max';

/** One vector a text, `[n, D]`, of the tokens' vectors. A text without tokens gives zeros. */
export function poolTexts(x: Tensor, { groups, order }: Tokens, pooling: TextPooling): Tensor {
  return torch.scope(() =>
    inOrder(
      groups.map((group) => torch.scope(() => pool(spread(group, x), group, pooling))),
      order,
    ),
  );
}

/** The tokens' vectors of all texts with their padding, `[n, L, D]`, zeros at padding. */
export function padTexts(x: Tensor, { groups, order }: Tokens): Tensor {
  const longest = Math.max(1, ...groups.map(({ length }) => length));
  return torch.scope(() =>
    inOrder(
      groups.map((group) => {
        const own = group.mask === undefined || group.places !== undefined;
        const rows = spread(group, x);
        const kept = own ? rows : rows.mul(weights(group, rows));
        return kept.constantPadNd([0, 0, 0, longest - group.length]);
      }),
      order,
    ),
  );
}

/** The same in the shape of their ids: `[…, n, L, D]` of ids `[…, n, L]`. */
export function padLike(x: Tensor, tokens: Tokens, ids: Tensor): Tensor {
  return torch.scope(() => {
    const padded = padTexts(x, tokens);
    const missing = ids.size(-1) - padded.size(-2);
    return padded.constantPadNd([0, 0, 0, missing]).view([...ids.shape, padded.size(-1)]);
  });
}

function inOrder(groups: readonly Tensor[], order: Tensor | undefined): Tensor {
  const [first] = groups;
  const all = first !== undefined && groups.length === 1 ? first : torch.cat([...groups]);
  return order === undefined ? all : all.indexSelect(0, order);
}

/** 1 for tokens and 0 for padding, `[texts, L, 1]`. */
function weights({ mask }: TextGroup, like: Tensor): Tensor {
  if (mask === undefined) return torch.ones([1], { dtype: like.dtype, device: like.device });
  return mask.to(like.dtype).unsqueeze(-1);
}

function pool(x: Tensor, group: TextGroup, pooling: TextPooling): Tensor {
  const { mask } = group;
  if (pooling === 'cls') {
    const first = x.select(1, 0);
    return mask === undefined
      ? first.clone()
      : first.mul(mask.select(1, 0).to(x.dtype).unsqueeze(-1));
  }
  if (mask === undefined) return pooling === 'mean' ? x.mean([1]) : x.amax([1]);
  const kept = weights(group, x);
  if (pooling === 'mean')
    return x
      .mul(kept)
      .sum([1])
      .div(kept.sum([1]).clampMin(1));
  const most = x.maskedFill(mask.logicalNot().unsqueeze(-1), -Infinity).amax([1]);
  return most.maskedFill(mask.any(1, true).logicalNot(), 0);
}
