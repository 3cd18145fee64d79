import { outOfRange } from '../../errors';
import {
  type EmbeddingParams,
  type Layer,
  type LayerNormParams,
  type LinearParams,
  linear,
} from '../../nn';
import { attendTexts } from '../../nn/transformer/attend-texts';
import { type EncoderLayerParams, encoderLayer } from '../../nn/transformer/encoder-layer';
import { textEmbeddings } from '../../nn/transformer/text-embeddings';
import { padLike } from '../../nn/transformer/text-pooling';
import { tokensOf } from '../../nn/transformer/tokens-of';
import { type Tensor, torch } from '../../torch';
import type { TokenBatch } from '../token-vectorizer';

export type CausalTransformerOptions = {
  vocabularySize: number;
  /** D; a multiple of `heads`. */
  dimensions: number;
  layers: number;
  heads: number;
  /** The size between the two layers of each feed-forward network. */
  hidden: number;
  /** The most words of a text, what stands before it included. */
  positions: number;
  dropout: number;
};

export type CausalTransformerParams = {
  embeddings: { words: EmbeddingParams; positions: EmbeddingParams; norm: LayerNormParams };
  layers: EncoderLayerParams[];
  output: LinearParams;
};

const SCALE = 0.02;
const EPS = 1e-5;
/** Added to a score to make its weight 0; finite, so that gradients are. */
const NEVER = -1e9;

/**
 * A Transformer in which no word sees a later one: ids and mask `[n, L]` to logits `[n, L, V]` of what comes
 * next. Layers are normalised after each residual sum, as in Alec Radford et al.: Improving Language
 * Understanding by Generative Pre-Training, 2018; here vectors of words are normalised as well.
 *
 * @throws ArgumentRangeError, when applied, for a longer text
 */
export function causalTransformer(
  options: CausalTransformerOptions,
): Layer<CausalTransformerParams, TokenBatch> {
  const { vocabularySize, dimensions, layers, heads, positions, dropout } = options;
  const common = { dimensions, dropout, eps: EPS, scale: SCALE };
  const embeddings = textEmbeddings({
    ...common,
    vocabularySize,
    positions,
    positionOffset: 0,
    tokenTypes: 0,
  });
  const layer = encoderLayer({ ...common, hidden: options.hidden, activation: 'gelu' });
  const output = linear({ inFeatures: dimensions, outFeatures: vocabularySize });
  const attention = { heads, dimensions, attentionDropout: dropout };
  return {
    init: (generator) => ({
      embeddings: embeddings.init(generator),
      layers: Array.from({ length: layers }, () => layer.init(generator)),
      output: output.init(generator),
    }),
    apply: (params, batch, context) =>
      torch.scope(() => {
        const tokens = tokensOf(params, batch, 'causalTransformer');
        for (const { length } of tokens.groups) {
          if (length <= positions) continue;
          const expected = `at most ${positions - 1} words`;
          throw outOfRange(expected, 'a text of a language model', length - 1, 'causalTransformer');
        }
        let x = embeddings.apply(params.embeddings, tokens, context);
        const like = x;
        const attend = attendTexts(attention, tokens, x, {
          context,
          biasOf: ({ length }) => laterHidden(length, like),
        });
        for (const own of params.layers) x = layer.apply(own, x, attend, context);
        return output.apply(params.output, padLike(x, tokens, batch.ids), context);
      }),
  };
}

/** What hides later words from earlier ones, `[1, 1, L, L]`. */
function laterHidden(length: number, like: Tensor): Tensor {
  return torch
    .full([length, length], NEVER, { dtype: like.dtype, device: like.device })
    .triu(1)
    .unsqueeze(0)
    .unsqueeze(0);
}
