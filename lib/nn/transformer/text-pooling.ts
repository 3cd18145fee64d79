import { greatest } from '../../extremes';
import { type Tensor, torch } from '../../torch';
import { spread, type Tokens } from './packed-texts';

/**
 * What becomes a text's vector of those of its tokens: the first (`cls`), the `last`, the `max` of each number, the
 * `mean`, their sum over √L (`mean-sqrt`), or the mean in which the i-th token counts i times (`weighted-mean`).
 */
export const TEXT_POOLINGS = ['cls', 'max', 'mean', 'mean-sqrt', 'weighted-mean', 'last'] as const;

export type TextPooling = (typeof TEXT_POOLINGS)[number];

/**
 * One vector a text, `[n, D]`, of the tokens' vectors; of k poolings side by side, `[n, k·D]`. A text without tokens
 * gives zeros.
 */
export function poolTexts(
  x: Tensor,
  { groups, order }: Tokens,
  poolings: readonly TextPooling[],
): Tensor {
  return torch.scope(() =>
    inOrder(
      groups.map((group) =>
        torch.scope(() => {
          const rows = spread(group, x);
          const parts = poolings.map((pooling) => POOL[pooling](rows, group.mask));
          return oneOf(parts, -1);
        }),
      ),
      order,
    ),
  );
}

/** The tokens' vectors of all texts with their padding, `[n, L, D]`, zeros at padding. */
export function padTexts(x: Tensor, { groups, order }: Tokens): Tensor {
  const longest = greatest(
    groups.map(({ length }) => length),
    1,
  );
  return torch.scope(() =>
    inOrder(
      groups.map(({ mask, ...group }) => {
        const own = mask === undefined || group.places !== undefined;
        const rows = spread({ ...group, mask }, x);
        const kept = own ? rows : rows.mul(weightsOf(mask, rows));
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
  const all = oneOf(groups, 0);
  return order === undefined ? all : all.indexSelect(0, order);
}

function oneOf(parts: readonly Tensor[], dim: number): Tensor {
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? first : torch.cat([...parts], dim);
}

/** `[texts, L]`: true for tokens, false for padding; undefined where there is none. */
type Mask = Tensor | undefined;

/** Of the vectors `[texts, L, D]` of texts of the same length. */
const POOL: Readonly<Record<TextPooling, (x: Tensor, mask: Mask) => Tensor>> = {
  cls: (x, mask) => {
    const first = x.select(1, 0);
    if (mask === undefined) return first.clone();
    return first.mul(mask.select(1, 0).to(x.dtype).unsqueeze(-1));
  },
  max: (x, mask) => {
    if (mask === undefined) return x.amax([1]);
    const most = x.maskedFill(mask.logicalNot().unsqueeze(-1), -Infinity).amax([1]);
    return most.maskedFill(mask.any(1, true).logicalNot(), 0);
  },
  mean: (x, mask) => (mask === undefined ? x.mean([1]) : weighted(x, weightsOf(mask, x))),
  'mean-sqrt': (x, mask) => {
    if (mask === undefined) return x.sum([1]).div(Math.sqrt(x.size(1)));
    const kept = weightsOf(mask, x);
    return x
      .mul(kept)
      .sum([1])
      .div(kept.sum([1]).clampMin(1).sqrt());
  },
  'weighted-mean': (x, mask) => weighted(x, places(x, mask).unsqueeze(-1)),
  last: (x, mask) => {
    if (mask === undefined) return x.select(1, -1).clone();
    const place = places(x, mask);
    const isLast = place.eq(place.amax([1], true)).logicalAnd(mask);
    return x.mul(isLast.to(x.dtype).unsqueeze(-1)).sum([1]);
  },
};

/** Σ w x / Σ w, weights `[texts, L, 1]` of whole numbers; zeros where all are 0. */
function weighted(x: Tensor, weights: Tensor): Tensor {
  return x
    .mul(weights)
    .sum([1])
    .div(weights.sum([1]).clampMin(1));
}

/** 1 for tokens and 0 for padding, `[texts, L, 1]`. */
function weightsOf(mask: Mask, like: Tensor): Tensor {
  if (mask === undefined) return torch.ones([1], { dtype: like.dtype, device: like.device });
  return mask.to(like.dtype).unsqueeze(-1);
}

/** 1, 2, … for tokens and 0 for padding, `[texts or 1, L]`. */
function places(x: Tensor, mask: Mask): Tensor {
  if (mask === undefined) {
    return torch.arange(1, x.size(1) + 1, { dtype: x.dtype, device: x.device }).unsqueeze(0);
  }
  const kept = mask.to(x.dtype);
  return kept.cumsum(1).mul(kept);
}
