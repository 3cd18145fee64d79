import {
  type Context,
  dropout,
  type EmbeddingParams,
  type Layer,
  type LinearParams,
  type LstmParams,
  linear,
  lstm,
} from '../../../nn';
import { type Tensor, torch } from '../../../torch';
import type { TokenBatch } from '../../token-vectorizer';

export type AttentiveLstmOptions = {
  /** The words' vectors, `[…, n, L]` to `[…, n, L, D]`. */
  table: Layer<EmbeddingParams>;
  /** D */
  dimensions: number;
  /** H, of each direction. */
  hiddenSize: number;
  /** a: the size between the two layers of attention. */
  attentionSize: number;
  /** r: how often attention looks at a text. */
  hops: number;
  /** The share of words' vectors, and of a text's, dropped while training. */
  dropout: number;
};

export type AttentiveLstmParams = {
  embedding: EmbeddingParams;
  lstm: LstmParams;
  /** `inner.weight` `[a, 2·H]`, `hops.weight` `[r, a]`. */
  attention: { inner: LinearParams; hops: LinearParams };
};

/** The layer, and the LSTM's outputs for single words. */
export type AttentiveLstm = Layer<AttentiveLstmParams, TokenBatch> & {
  /** Ids and mask `[…, n, L]` to `[…, n, L, 2·H]`, zeros at padding. */
  hidden(params: AttentiveLstmParams, batch: TokenBatch, context?: Context): Tensor;
};

/**
 * A text as r weighted means of what a bidirectional LSTM makes of its words,
 *
 *   A = softmax over the words of W₂ tanh(W₁ Hᵀ);   M = A H
 *
 * ids and mask `[…, n, L]` give `[…, n, r·2·H]`; a text without words gives zeros. Zhouhan Lin et al.: A
 * Structured Self-attentive Sentence Embedding, ICLR 2017, https://arxiv.org/abs/1703.03130, without its
 * penalty for hops that look alike.
 */
export function attentiveLstm(options: AttentiveLstmOptions): AttentiveLstm {
  const { table, dimensions, hiddenSize, attentionSize, hops } = options;
  const reader = lstm({ inputSize: dimensions, hiddenSize, bidirectional: true });
  const sizes = { inFeatures: 2 * hiddenSize, outFeatures: attentionSize };
  const inner = linear({ ...sizes, bias: false });
  const scorer = linear({ inFeatures: attentionSize, outFeatures: hops, bias: false });
  const drop = dropout({ p: options.dropout });
  const hidden: AttentiveLstm['hidden'] = (params, { ids, mask }, context) => {
    const words = drop.apply({}, table.apply(params.embedding, ids, context), context);
    return reader.apply(params.lstm, { x: words, mask }, context);
  };
  return {
    init: (generator) => ({
      embedding: table.init(generator),
      lstm: reader.init(generator),
      attention: { inner: inner.init(generator), hops: scorer.init(generator) },
    }),
    hidden: (params, batch, context) => torch.scope(() => hidden(params, batch, context)),
    apply: (params, batch, context) =>
      torch.scope(() => {
        const h = hidden(params, batch, context);
        const looked = inner.apply(params.attention.inner, h, context).tanh();
        const scores = scorer.apply(params.attention.hops, looked, context);
        const weights = torch.maskedSoftmax(scores, batch.mask.unsqueeze(-1), -2);
        return drop.apply({}, weights.mT.matmul(h).flatten(-2), context);
      }),
    tasks: true,
  };
}
