import {
  fraction,
  type OptionsOf,
  positiveInteger,
  readOptions,
  stepCount,
  withDefault,
} from '../../check';
import {
  dropout,
  type EmbeddingParams,
  embedding,
  type Layer,
  type LinearParams,
  type LstmParams,
  linear,
  lstm,
} from '../../nn';
import { torch } from '../../torch';
import type { TokenBatch } from '../token-vectorizer';
import { LANGUAGE_WORDS, languageWords } from './language-words';
import { LayerLanguageModel } from './layer-language-model';

const OPTIONS = {
  ...LANGUAGE_WORDS,
  /** D: the size of a word's vector. Default: 128. */
  dimensions: withDefault(positiveInteger, 128),
  /** H: the size of the LSTM's state. Default: 256. */
  hiddenSize: withDefault(positiveInteger, 256),
  /** The share of words' vectors and of outputs dropped while training. Default: 0.2. */
  dropout: withDefault(fraction, 0.2),
  /** Decides on where training starts. Default: 0. */
  seed: withDefault(stepCount, 0),
};

export type LstmLanguageModelOptions = OptionsOf<typeof OPTIONS>;

export type LstmLanguageModelParams = {
  embedding: EmbeddingParams;
  lstm: LstmParams;
  output: LinearParams;
};

const SCALE = 0.1;

/**
 * A language model by an LSTM that reads the words before: ids and mask `[n, L]` to logits `[n, L, V]`. It
 * knows nothing yet: see `train.trainLanguageModel`. Martin Sundermeyer et al.: LSTM Neural Networks for
 * Language Modeling, Interspeech 2012.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for wrong texts or options
 */
export function lstmLanguageModel(
  texts: readonly string[],
  options: LstmLanguageModelOptions = {},
): LayerLanguageModel<LstmLanguageModelParams> {
  const read = readOptions(OPTIONS, options, 'lstmLanguageModel');
  const words = languageWords(texts, read, 'lstmLanguageModel');
  const layer = lstmLayer({ ...read, vocabularySize: words.vocabulary.size });
  return new LayerLanguageModel(words, layer, layer.init(torch.generator(read.seed)));
}

type Sizes = {
  vocabularySize: number;
  dimensions: number;
  hiddenSize: number;
  dropout: number;
};

function lstmLayer(sizes: Sizes): Layer<LstmLanguageModelParams, TokenBatch> {
  const { vocabularySize, dimensions, hiddenSize } = sizes;
  const table = embedding({
    numEmbeddings: vocabularySize,
    embeddingDim: dimensions,
    scale: SCALE,
  });
  const reader = lstm({ inputSize: dimensions, hiddenSize });
  const output = linear({ inFeatures: hiddenSize, outFeatures: vocabularySize });
  const drop = dropout({ p: sizes.dropout });
  return {
    init: (generator) => ({
      embedding: table.init(generator),
      lstm: reader.init(generator),
      output: output.init(generator),
    }),
    apply: (params, { ids, mask }, context) =>
      torch.scope(() => {
        const x = drop.apply({}, table.apply(params.embedding, ids, context), context);
        const h = drop.apply({}, reader.apply(params.lstm, { x, mask }, context), context);
        return output.apply(params.output, h, context);
      }),
    tasks: true,
  };
}
