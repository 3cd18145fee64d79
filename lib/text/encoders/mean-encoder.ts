import { checkOptions, positiveInteger } from '../../check';
import {
  dropout,
  type EmbeddingParams,
  embedding,
  type Layer,
  type LayerNormParams,
  layerNorm,
  meanPooling,
} from '../../nn';
import { type Tensor, torch } from '../../torch';
import { shapeOf } from '../../torch/check-tensors';
import type { TokenBatch } from '../token-vectorizer';

export type MeanEncoderOptions = {
  /** V: the vocabulary's size. */
  vocabularySize: number;
  /** D: the size of a word's vector, and of a text's. */
  dimensions: number;
  /** The share of a text's vector dropped while training. Default: 0. */
  dropout?: number;
};

export type MeanEncoderParams = { embedding: EmbeddingParams; norm: LayerNormParams };

/** Tokens whose vectors are held at once, padding included: 32 MiB of 128 numbers each. */
const BLOCK_TOKENS = 2 ** 16;

/**
 * A text as the normalised mean of its words' vectors: ids and mask `[…, n, L]` give `[…, n, D]`. A
 * text without words is the mean of none, zeros before normalisation. Large batches are read row block
 * by row block, so that the vectors of all words are not held at once.
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
    apply(params, batch, context) {
      shapeOf(batch?.ids, 'ids', 'meanEncoder');
      shapeOf(batch.mask, 'mask', 'meanEncoder');
      const text = inBlocks(batch, ({ ids, mask }) => {
        const words = table.apply(params.embedding, ids, context);
        return pool.apply({}, { x: words, mask }, context);
      });
      return drop.apply({}, norm.apply(params.norm, text, context), context);
    },
    tasks: true,
  };
}

/** Applies `pool` to all rows, in blocks small enough for its intermediates. */
function inBlocks(batch: TokenBatch, pool: (block: TokenBatch) => Tensor): Tensor {
  const { shape } = batch.ids;
  const rows = shape.at(-2) ?? 1;
  const perRow = shape.reduce((product, size) => product * size, 1) / Math.max(rows, 1);
  const block = Math.max(1, Math.floor(BLOCK_TOKENS / Math.max(perRow, 1)));
  if (rows <= block) return pool(batch);
  return torch.scope(() => {
    const parts: Tensor[] = [];
    for (let from = 0; from < rows; from += block) {
      const some = (x: Tensor) => x.narrow(-2, from, Math.min(block, rows - from));
      parts.push(torch.scope(() => pool({ ids: some(batch.ids), mask: some(batch.mask) })));
    }
    return torch.cat(parts, -2);
  });
}
