import { fraction, positiveInteger, strictObject, withDefault } from '../../../check';
import { type AttentiveLstmParams, attentiveLstm } from './attentive-lstm';
import { wordKind } from './word-encoder';
import { UNIFORM_SCALE, WORDS, wordTable } from './words';

const check = strictObject({
  ...WORDS,
  /** H, of each direction. Default: 128. */
  hiddenSize: withDefault(positiveInteger, 128),
  /** a: the size between the two layers of attention. Default: 64. */
  attentionSize: withDefault(positiveInteger, 64),
  /** r: how often attention looks at a text, whose vector has r·2·H numbers. Default: 1. */
  hops: withDefault(positiveInteger, 1),
  /** The share of words' vectors, and of a text's, dropped while training. Default: 0.2. */
  dropout: withDefault(fraction, 0.2),
});

/** A bidirectional LSTM with self-attention, Lin et al. 2017; see `attentiveLstm`. */
export const bilstmKind = wordKind<ReturnType<typeof check>, AttentiveLstmParams>(
  'bilstm',
  check,
  (words, options) => {
    const { dimensions } = words;
    const layer = attentiveLstm({ ...options, dimensions, table: wordTable(words, UNIFORM_SCALE) });
    return {
      layer,
      dimensions: options.hops * 2 * options.hiddenSize,
      states: {
        hidden: layer.hidden,
        table: ({ embedding }) => embedding.weight,
      },
    };
  },
);
