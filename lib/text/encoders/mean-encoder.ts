import {
  dropout,
  type EmbeddingParams,
  embedding,
  type Layer,
  type LayerNormParams,
  layerNorm,
  meanPooling,
} from '../../nn';
import { checkOptions, positiveInteger } from '../../nn/check';
import type { TokenBatch } from '../vectorizer';

export type MeanEncoderOptions = {
  /** V: the vocabulary's size. */
  vocabularySize: number;
  /** D: the size of a word's vector, and of a text's. */
  dimensions: number;
  /** The share of a text's vector dropped while training. Default: 0. */
  dropout?: number;
};

export type MeanEncoderParams = { embedding: EmbeddingParams; norm: LayerNormParams };

/**
 * A text as the normalised mean of its words' vectors: ids and mask `[…, n, L]` give `[…, n, D]`. A
 * text without words is the mean of none, zeros before normalisation.
 *
 * Iyyer et al.: Deep Unordered Composition Rivals Syntactic Methods for Text Classification, ACL
 * 2015, without its layers on top.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for a wrong option
 */
export function meanEncoder(options: MeanEncoderOptions): Layer<MeanEncoderParams, TokenBatch> {
  checkOptions(options, ['vocabularySize', 'dimensions', 'dropout'], 'meanEncoder');
  const dimensions = positiveInteger(options.dimensions, 'dimensions', 'meanEncoder');
  const table = embedding({
    numEmbeddings: positiveInteger(options.vocabularySize, 'vocabularySize', 'meanEncoder'),
    embeddingDim: dimensions,
    paddingIndex: 0,
  });
  const pool = meanPooling();
  const norm = layerNorm({ normalizedShape: dimensions });
  const drop = dropout({ p: options.dropout ?? 0 });
  return {
    init: (generator) => ({
      embedding: table.init(generator),
      norm: norm.init(generator),
    }),
    apply(params, { ids, mask }, context) {
      const words = table.apply(params.embedding, ids, context);
      const text = pool.apply({}, { x: words, mask }, context);
      return drop.apply({}, norm.apply(params.norm, text, context), context);
    },
    tasks: true,
  };
}
