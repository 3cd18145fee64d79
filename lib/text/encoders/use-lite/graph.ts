import { type Context, embedding, layerNorm, linear } from '../../../nn';
import { attendTexts } from '../../../nn/transformer/attend-texts';
import type { Tokens } from '../../../nn/transformer/packed-texts';
import { poolTexts } from '../../../nn/transformer/text-pooling';
import { recordedIfNeeded } from '../../../nn/transformer/tokens-of';
import { type Tensor, torch } from '../../../torch';
import type { UseLiteLayerParams, UseLiteParams } from './weights';

const HEADS = 4;
const SCALE = 2;
const EPS = 1e-6;
/** The square of the length below which a vector counts as this long. */
const LEAST_SQUARE = 1e-12;

const project = {
  residual: linear({ inFeatures: 256, outFeatures: 512 }),
  up: linear({ inFeatures: 512, outFeatures: 1536 }),
  down: linear({ inFeatures: 1536, outFeatures: 512 }),
  hidden: linear({ inFeatures: 512, outFeatures: 512 }),
};
const feedForwardNorm = layerNorm({ normalizedShape: 512, eps: EPS });
const attentions = [256, 512].map((size) => ({
  size,
  norm: layerNorm({ normalizedShape: size, eps: EPS }),
  qkv: linear({ inFeatures: size, outFeatures: 3 * size }),
  output: linear({ inFeatures: size, outFeatures: 512 }),
}));

const table = embedding({ numEmbeddings: 1, embeddingDim: 256 });

/**
 * The graph of Universal Sentence Encoder Lite: two pre-norm Transformer layers, the mean over tokens, a
 * tanh layer, and length 1. Tokens of n texts give `[n, 512]`. Cer et al. 2018, https://arxiv.org/abs/1803.11175
 */
export function encode(params: UseLiteParams, tokens: Tokens, context?: Context): Tensor {
  return torch.scope(() => {
    const x = states(params, tokens, context);
    const y = project.hidden.apply(params.hidden, poolOf(x, tokens), context).tanh();
    const squares = y.square().sum([-1], { keepdim: true });
    return y.mul(squares.clampMin(LEAST_SQUARE).rsqrt());
  });
}

/** The vectors of all tokens after the last Transformer layer, `[N, 512]` of packed ones. */
export function states(params: UseLiteParams, tokens: Tokens, context?: Context): Tensor {
  return torch.scope(() => {
    const pieces = { weight: params.embedding };
    let x = recordedIfNeeded(undefined, pieces, () =>
      table.apply(pieces, tokens.ids).mul(SCALE).add(timing(tokens.positions, params.frequencies)),
    );
    for (const [i, layer] of params.layers.entries()) {
      const before = x;
      x = recordedIfNeeded(before, layer, () =>
        feedForward(layer, attend(layer, i, before, tokens, context), context),
      );
    }
    return x;
  });
}

/** One vector a text, `[n, D]`, or `[T, n, D]` of tokens `[T, n, L]`. */
function poolOf(x: Tensor, tokens: Tokens): Tensor {
  const pooled = poolTexts(x, tokens, ['mean']);
  return tokens.ids.ndim < 2 ? pooled : pooled.view([...tokens.ids.shape.slice(0, -1), -1]);
}

/** Sines, then cosines, of positions `[…]` by frequencies `[128]`, the same for all tasks: `[…, 256]`. */
function timing(positions: Tensor, frequencies: Tensor): Tensor {
  const own = frequencies.ndim === 1 ? frequencies : frequencies.select(0, 0);
  const angles = positions.to(own.dtype).unsqueeze(-1).mul(own);
  return torch.cat([angles.sin(), angles.cos()], -1);
}

function attend(
  layer: UseLiteLayerParams,
  index: number,
  x: Tensor,
  tokens: Tokens,
  context?: Context,
): Tensor {
  const attention = attentions[index];
  if (attention === undefined) return x;
  const { norm, qkv, output } = layer.attention;
  const own = attention.qkv.apply(qkv, attention.norm.apply(norm, x), context);
  const shape = { heads: HEADS, dimensions: attention.size, attentionDropout: 0 };
  const seen = attendTexts(shape, tokens, own)(own);
  const residual =
    layer.residual === undefined ? x : project.residual.apply(layer.residual, x, context);
  return residual.add(attention.output.apply(output, seen, context));
}

function feedForward(
  { feedForward: params }: UseLiteLayerParams,
  x: Tensor,
  context?: Context,
): Tensor {
  const normed = feedForwardNorm.apply(params.norm, x);
  const inner = project.up.apply(params.up, normed, context).relu();
  return x.add(project.down.apply(params.down, inner, context));
}
