import {
  convMaxPool,
  dropout,
  type EmbeddingParams,
  type Layer,
  type LinearParams,
} from '../../../nn';
import { torch } from '../../../torch';
import type { TokenBatch } from '../../token-vectorizer';

export type TextCnnOptions = {
  /** The vectors of words or characters, `[…, n, L]` to `[…, n, L, D]`. */
  table: Layer<EmbeddingParams>;
  /** D */
  dimensions: number;
  /** F: filters of each size. */
  filters: number;
  /** k: how many tokens filters see. */
  kernelSizes: readonly number[];
  /** The share of a text's vector dropped while training. */
  dropout: number;
};

/** `filters` has one entry for each size, `weight` `[F, k·D]`. */
export type TextCnnParams = { embedding: EmbeddingParams; filters: LinearParams[] };

/**
 * How strongly filters answer to a text: ids and mask `[…, n, L]` give `[…, n, F·sizes]`. Yoon Kim:
 * Convolutional Neural Networks for Sentence Classification, EMNLP 2014, https://arxiv.org/abs/1408.5882
 *
 * As there, zeros without end stand before a text and after it, so that a filter answers at least with its
 * bias, to short texts too, and a text's vector does not depend on what it is padded to.
 */
export function textCnn(options: TextCnnOptions): Layer<TextCnnParams, TokenBatch> {
  const { table, dimensions, filters, kernelSizes } = options;
  const pools = kernelSizes.map((kernelSize) =>
    convMaxPool({ inChannels: dimensions, outChannels: filters, kernelSize }),
  );
  const widest = Math.max(...kernelSizes);
  const drop = dropout({ p: options.dropout });
  return {
    init: (generator) => ({
      embedding: table.init(generator),
      filters: pools.map((pool) => pool.init(generator)),
    }),
    apply: (params, { ids, mask }, context) =>
      torch.scope(() => {
        const words = table.apply(params.embedding, ids, context);
        // The last window sees nothing of the text.
        const x = words
          .mul(mask.ne(0).to(words.dtype).unsqueeze(-1))
          .constantPadNd([0, 0, widest - 1, widest]);
        const seen = pools.map((pool, i) =>
          pool.apply(params.filters[i] as LinearParams, x, context),
        );
        return drop.apply({}, torch.cat(seen, -1).relu(), context);
      }),
    tasks: true,
  };
}
