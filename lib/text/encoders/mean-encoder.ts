import { checkOptions, positiveInteger } from '../../check';
import { embedding, type Layer } from '../../nn';
import type { TokenBatch } from '../token-vectorizer';
import { type PooledWordsParams, pooledWords } from './pooled-words';

export type MeanEncoderOptions = {
  /** V: the vocabulary's size. */
  vocabularySize: number;
  /** D: the size of a word's vector, and of a text's. */
  dimensions: number;
  /** The share of a text's vector dropped while training. Default: 0. */
  dropout?: number;
};

export type MeanEncoderParams = PooledWordsParams;

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
  return pooledWords({ table, dimensions, pooling: 'mean', dropout: options.dropout ?? 0 });
}
