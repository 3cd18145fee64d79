import {
  type Check,
  fraction,
  layerCount,
  oneOf,
  optional,
  positiveInteger,
  strictObject,
  withDefault,
} from '../../../check';
import { outOfRange } from '../../../errors';
import { type BertParams, bert } from '../../../nn';
import { wordKind } from './word-encoder';
import { WORDS, wordTable } from './words';

const optionCheck = strictObject({
  ...WORDS,
  layers: withDefault(layerCount, 2),
  /** How many heads share a word's vector; a divisor of `dimensions`. Default: 4. */
  heads: withDefault(positiveInteger, 4),
  /** The size between the two layers of each feed-forward network. Default: 4·D. */
  hidden: optional(positiveInteger),
  /** How a text's vector comes from those of its words. Default: `mean`. */
  pooling: withDefault(oneOf('mean', 'max', 'cls'), 'mean'),
  /** The share of vectors and of attention's weights dropped while training. Default: 0.1. */
  dropout: withDefault(fraction, 0.1),
});

type TransformerOptions = ReturnType<typeof optionCheck>;

const check: Check<TransformerOptions> = (value, name, operator) => {
  const options = optionCheck(value, name, operator);
  const { dimensions, heads } = options;
  if (dimensions === undefined || dimensions % heads === 0) return options;
  const expected = `a divisor of ${dimensions}`;
  throw outOfRange(expected, `${name}.heads of ${operator}`, heads, operator);
};

const SCALE = 0.02;

/**
 * A Transformer's encoder of words, from scratch; see `nn.bert`. Its tokens are packed, so that padding costs
 * nothing. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 */
export const transformerKind = wordKind<TransformerOptions, BertParams>(
  'transformer',
  check,
  (words, { layers, heads, hidden, pooling, dropout, maxLength }) => {
    const { dimensions, vocabulary } = words;
    const model = bert({
      vocabularySize: vocabulary.size,
      dimensions,
      layers,
      heads,
      hidden,
      positions: maxLength,
      tokenTypes: 0,
      pooling,
      dropout,
      attentionDropout: dropout,
      scale: SCALE,
    });
    const table = wordTable(words, SCALE);
    const layer = {
      ...model,
      init: (generator: Parameters<typeof model.init>[0]) => {
        const params = model.init(generator);
        const { embeddings } = params;
        return { ...params, embeddings: { ...embeddings, words: table.init(generator) } };
      },
    };
    return {
      layer,
      dimensions,
      states: {
        hidden: model.hiddenStates,
        table: ({ embeddings }) => embeddings.words.weight,
      },
    };
  },
);
