import {
  dropout,
  type EmbeddingParams,
  type Layer,
  type LayerNormParams,
  layerNorm,
  meanPooling,
} from '../../nn';
import { type Tensor, torch } from '../../torch';
import { elementCount, shapeOf } from '../../torch/check-tensors';
import type { TokenBatch } from '../token-vectorizer';

export type PooledWordsOptions = {
  /** The words' vectors, `[…, n, L]` to `[…, n, L, D]`. */
  table: Layer<EmbeddingParams>;
  /** D */
  dimensions: number;
  pooling: 'mean' | 'max';
  /** The share of a text's vector dropped while training. */
  dropout: number;
};

export type PooledWordsParams = { embedding: EmbeddingParams; norm: LayerNormParams };

/** Tokens whose vectors are held at once, padding included: 32 MiB of 128 numbers each. */
const BLOCK_TOKENS = 2 ** 16;
/** Below every number of a word's vector, and finite, so that gradients are. */
const FAR_BELOW = -1e30;

/**
 * A text as the normalised mean, or maximum, of its words' vectors: ids and mask `[…, n, L]` give
 * `[…, n, D]`. A text without words is zeros before normalisation. Large batches are read row block by row
 * block, so that the vectors of all words are not held at once.
 */
export function pooledWords(options: PooledWordsOptions): Layer<PooledWordsParams, TokenBatch> {
  const { table, dimensions, pooling } = options;
  const mean = meanPooling();
  const norm = layerNorm({ normalizedShape: dimensions });
  const drop = dropout({ p: options.dropout });
  return {
    init: (generator) => ({ embedding: table.init(generator), norm: norm.init(generator) }),
    apply(params, batch, context) {
      const text = inBlocks(batch, ({ ids, mask }) => {
        const x = table.apply(params.embedding, ids, context);
        return pooling === 'mean' ? mean.apply({}, { x, mask }, context) : greatest(x, mask);
      });
      return drop.apply({}, norm.apply(params.norm, text, context), context);
    },
    tasks: true,
  };
}

function greatest(x: Tensor, mask: Tensor): Tensor {
  const absent = mask.eq(0).unsqueeze(-1);
  return x.maskedFill(absent, FAR_BELOW).amax([-2]).maskedFill(absent.all(-2), 0);
}

/** Applies `pool` to all rows, in blocks small enough for its intermediates. */
function inBlocks(batch: TokenBatch, pool: (block: TokenBatch) => Tensor): Tensor {
  const shape = shapeOf(batch?.ids, 'ids', 'pooledWords');
  shapeOf(batch.mask, 'mask', 'pooledWords');
  const rows = shape.at(-2) ?? 1;
  const perRow = elementCount(shape) / Math.max(rows, 1);
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
