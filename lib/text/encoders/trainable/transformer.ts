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
import { type Bert, type BertParams, bert, type Layer, type TokenIds } from '../../../nn';
import type { Tree } from '../../../torch';
import { narrowContext, narrowed } from '../precision';
import { type WordLayer, wordKind } from './word-encoder';
import { WORDS, type Words, wordTable } from './words';

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
  /** `int8` is for saved models, whose encoder stays as it is; `metatorch compress` makes one. Default: `float32`. */
  precision: withDefault(oneOf('float32', 'int8'), 'float32'),
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
export const transformerKind = wordKind<TransformerOptions, Tree>(
  'transformer',
  check,
  (words, options, weights) => {
    const { dimensions } = words;
    const model = modelOf(words, options);
    if (options.precision === 'int8') return int8Layer(model, dimensions, weights);
    const table = wordTable(words, SCALE);
    const layer: Layer<BertParams, TokenIds> = {
      ...model,
      init: (generator) => {
        const params = model.init(generator);
        const { embeddings } = params;
        return { ...params, embeddings: { ...embeddings, words: table.init(generator) } };
      },
    };
    const trained: WordLayer<BertParams> = {
      layer,
      dimensions,
      states: {
        hidden: model.hiddenStates,
        table: ({ embeddings }) => embeddings.words.weight,
      },
      int8: (params) => narrowed(params, 'int8'),
    };
    return trained;
  },
);

function modelOf(
  { dimensions, vocabulary }: Words,
  { layers, heads, hidden, pooling, dropout, maxLength }: TransformerOptions,
): Bert {
  return bert({
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
}

/** The model on weights that stay as they are: it has no parameters. */
function int8Layer(model: Bert, dimensions: number, weights: Tree | undefined): WordLayer<Tree> {
  if (weights === undefined) {
    const expected = "'float32' in training: metatorch compress makes 'int8' of a saved model";
    throw outOfRange(expected, 'precision of the encoder transformer', 'int8', 'transformer');
  }
  // Wrong ones are refused below: `narrowContext` looks for all linear layers, and the model for its words.
  const own = weights as BertParams;
  const { context } = narrowContext(own, 'int8');
  const layer: Layer<Tree, TokenIds> = {
    init: () => ({}),
    apply: (_, input, given) => model.apply(own, input, { ...context, ...given }),
    tasks: true,
  };
  return { layer, dimensions, weights };
}
