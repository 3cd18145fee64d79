import { layerNorm, linear } from '../../../nn';
import { attendTexts } from '../../../nn/transformer/attend-texts';
import { packTexts, type Tokens } from '../../../nn/transformer/packed-texts';
import { poolTexts } from '../../../nn/transformer/text-pooling';
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

/**
 * The graph of Universal Sentence Encoder Lite: two pre-norm Transformer layers, the mean over tokens, a
 * tanh layer, and length 1. Lists of ids give `[n, 512]`. Cer et al. 2018, https://arxiv.org/abs/1803.11175
 */
export function encode(params: UseLiteParams, texts: readonly Int32Array[]): Tensor {
  return torch.scope(() => {
    const tokens = packTexts(texts);
    const words = torch.embedding(params.embedding, tokens.ids).mul(SCALE);
    let x = words.add(timing(tokens.positions, params.frequencies));
    for (const [i, layer] of params.layers.entries()) {
      x = feedForward(layer, attend(layer, i, x, tokens));
    }
    const y = project.hidden.apply(params.hidden, poolTexts(x, tokens, 'mean')).tanh();
    const squares = y.square().sum([1], { keepdim: true });
    return y.mul(squares.clampMin(LEAST_SQUARE).rsqrt());
  });
}

/** Sines, then cosines, of positions `[N]` by frequencies `[128]`: `[N, 256]`. */
function timing(positions: Tensor, frequencies: Tensor): Tensor {
  const angles = positions.to(frequencies.dtype).unsqueeze(1).mul(frequencies);
  return torch.cat([angles.sin(), angles.cos()], 1);
}

function attend(layer: UseLiteLayerParams, index: number, x: Tensor, tokens: Tokens): Tensor {
  const attention = attentions[index];
  if (attention === undefined) return x;
  const { norm, qkv, output } = layer.attention;
  const own = attention.qkv.apply(qkv, attention.norm.apply(norm, x));
  const shape = { heads: HEADS, dimensions: attention.size, attentionDropout: 0 };
  const seen = attendTexts(shape, tokens, own)(own);
  const residual = layer.residual === undefined ? x : project.residual.apply(layer.residual, x);
  return residual.add(attention.output.apply(output, seen));
}

function feedForward({ feedForward: params }: UseLiteLayerParams, x: Tensor): Tensor {
  const inner = project.up.apply(params.up, feedForwardNorm.apply(params.norm, x)).relu();
  return x.add(project.down.apply(params.down, inner));
}
