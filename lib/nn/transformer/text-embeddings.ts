import { type Generator, type Tensor, torch } from '../../torch';
import { requireTensor } from '../../torch/check-tensors';
import { dropout } from '../dropout';
import { type EmbeddingParams, embedding } from '../embedding';
import type { Context } from '../layer';
import { type LayerNormParams, layerNorm } from '../layer-norm';
import { alignTasks } from '../tasks';
import type { Tokens } from './packed-texts';

export type TextEmbeddingsParams = {
  words: EmbeddingParams;
  positions: EmbeddingParams;
  /** Vectors of token types, of which texts that stand alone have the first. */
  types?: EmbeddingParams;
  norm: LayerNormParams;
};

export type TextEmbeddingsOptions = {
  /** V */
  vocabularySize: number;
  /** D */
  dimensions: number;
  /** Rows of the table of positions, those before `positionOffset` included. */
  positions: number;
  /** The row of a text's first token in the table of positions. */
  positionOffset: number;
  /** 0 for a model without token types. */
  tokenTypes: number;
  dropout: number;
  eps: number;
  scale: number;
};

export type TextEmbeddings = {
  init(generator: Generator): TextEmbeddingsParams;
  apply(params: TextEmbeddingsParams, tokens: Tokens, context?: Context): Tensor;
};

/** A token's vector is the normalised sum of those of its id, its position and its type: `[…]` to `[…, D]`. */
export function textEmbeddings(options: TextEmbeddingsOptions): TextEmbeddings {
  const { vocabularySize, dimensions: embeddingDim, tokenTypes, scale, eps } = options;
  const words = embedding({ numEmbeddings: vocabularySize, embeddingDim, scale });
  const positions = embedding({ numEmbeddings: options.positions, embeddingDim, scale });
  const types = embedding({ numEmbeddings: Math.max(tokenTypes, 1), embeddingDim, scale });
  const norm = layerNorm({ normalizedShape: embeddingDim, eps });
  const drop = dropout({ p: options.dropout });
  return {
    init: (generator) => ({
      words: words.init(generator),
      positions: positions.init(generator),
      ...(tokenTypes > 0 && { types: types.init(generator) }),
      norm: norm.init(generator),
    }),
    apply: (params, tokens, context) =>
      torch.scope(() => {
        const places = tokens.positions.add(options.positionOffset);
        const placed = words
          .apply(params.words, tokens.ids)
          .add(positions.apply(params.positions, places));
        const x = params.types === undefined ? placed : placed.add(firstOf(params.types, placed));
        return drop.apply({}, norm.apply(params.norm, x, context), context);
      }),
  };
}

/** The vector of the first type, or of each task's own, to be added to tokens. */
function firstOf(types: EmbeddingParams, tokens: Tensor): Tensor {
  const name = 'embeddings.types.weight of the parameters';
  const first = requireTensor(Object(types).weight, name, 'bert').select(-2, 0);
  return first.ndim === 1 ? first : alignTasks(first, tokens.ndim);
}
