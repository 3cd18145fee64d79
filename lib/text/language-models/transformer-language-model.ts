import {
  fraction,
  layerCount,
  type OptionsOf,
  optional,
  positiveInteger,
  readOptions,
  stepCount,
  withDefault,
} from '../../check';
import { outOfRange } from '../../errors';
import { torch } from '../../torch';
import { type CausalTransformerParams, causalTransformer } from './causal-transformer';
import { LANGUAGE_WORDS, languageWords } from './language-words';
import { LayerLanguageModel } from './layer-language-model';

const OPTIONS = {
  ...LANGUAGE_WORDS,
  /** D: the size of a word's vector; a multiple of `heads`. Default: 128. */
  dimensions: withDefault(positiveInteger, 128),
  layers: withDefault(layerCount, 2),
  heads: withDefault(positiveInteger, 4),
  /** The size between the two layers of each feed-forward network. Default: 4·D. */
  hidden: optional(positiveInteger),
  /** The most words of a text. Default: 255. */
  maxLength: withDefault(positiveInteger, 255),
  /** The share of vectors and of attention's weights dropped while training. Default: 0.1. */
  dropout: withDefault(fraction, 0.1),
  /** Decides on where training starts. Default: 0. */
  seed: withDefault(stepCount, 0),
};

export type TransformerLanguageModelOptions = OptionsOf<typeof OPTIONS>;

/**
 * A language model by a Transformer in which no word sees a later one; see `causalTransformer`. It knows
 * nothing yet: see `train.trainLanguageModel`.
 *
 * @throws ArgumentTypeError or ArgumentRangeError for wrong texts or options
 */
export function transformerLanguageModel(
  texts: readonly string[],
  options: TransformerLanguageModelOptions = {},
): LayerLanguageModel<CausalTransformerParams> {
  const name = 'transformerLanguageModel';
  const read = readOptions(OPTIONS, options, name);
  const { dimensions, heads, hidden = 4 * dimensions, maxLength, seed } = read;
  if (dimensions % heads !== 0) {
    throw outOfRange(`a divisor of ${dimensions}`, `heads of ${name}`, heads, name);
  }
  const words = languageWords(texts, read, name);
  const layer = causalTransformer({
    ...read,
    hidden,
    positions: maxLength + 1,
    vocabularySize: words.vocabulary.size,
  });
  return new LayerLanguageModel(words, layer, layer.init(torch.generator(seed)));
}
