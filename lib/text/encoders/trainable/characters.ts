import {
  anything,
  flag,
  fraction,
  type Json,
  listOf,
  positiveInteger,
  type ReadOptions,
  readData,
  required,
  strictObject,
  string,
  withDefault,
} from '../../../check';
import { embedding } from '../../../nn';
import { normalizeText } from '../../tokenizers/normalize-text';
import type { Tokenizer } from '../../tokenizers/tokenizer';
import { Vocabulary } from '../../vocabulary';
import { VocabularyVectorizer } from '../../vocabulary-vectorizer';
import { textCnn } from './text-cnn';
import type { TrainableEncoder, TrainableEncoderKind } from './trainable-encoder';
import { UNIFORM_SCALE } from './words';

const SCHEMA = {
  /** D: the size of a character's vector. Default: 32. */
  dimensions: withDefault(positiveInteger, 32),
  /** F: filters of each size. Default: 64. */
  filters: withDefault(positiveInteger, 64),
  /** How many characters filters see. Default: 2 to 6. */
  kernelSizes: withDefault(listOf(positiveInteger, 1), [2, 3, 4, 5, 6]),
  /** The share of a text's vector dropped while training. Default: 0.2. */
  dropout: withDefault(fraction, 0.2),
  /** Characters that come fewer times are unknown. Default: 1. */
  minCount: withDefault(positiveInteger, 1),
  /** Characters of a text beyond so many are left out. Default: 256. */
  maxLength: withDefault(positiveInteger, 256),
  /** The language of the texts, which decides how they are lower-cased. Default: `en`. */
  locale: withDefault(string, 'en'),
  /** Lower-case texts. Default: true. */
  lowerCase: withDefault(flag, true),
};

type CharacterOptions = ReadOptions<typeof SCHEMA>;

const SPACES = /\s+/gu;

/** A text's characters as Unicode counts them; any white space is one blank, and begins and ends a text. */
function charactersOf({ locale, lowerCase }: CharacterOptions): Tokenizer {
  const how = { locale, lowerCase, normalize: true, foldVariants: true };
  return {
    tokenize: (text) => {
      const words = normalizeText(text, how).trim().replace(SPACES, ' ');
      return words === '' ? [] : [...` ${words} `];
    },
  };
}

function encoderOf(options: CharacterOptions, vocabulary: Vocabulary): TrainableEncoder {
  const { dimensions, filters, kernelSizes, dropout, maxLength } = options;
  const table = embedding({
    numEmbeddings: vocabulary.size,
    embeddingDim: dimensions,
    paddingIndex: vocabulary.padId,
    scale: UNIFORM_SCALE,
  });
  return {
    dimensions: filters * kernelSizes.length,
    vectorizer: new VocabularyVectorizer({
      tokenizer: charactersOf(options),
      vocabulary,
      maxLength,
    }),
    layer: textCnn({ table, dimensions, filters, kernelSizes, dropout }),
    state: { vocabulary: vocabulary.toJSON() },
    dispose: () => {},
  };
}

const stateCheck = strictObject({ vocabulary: required(anything) });

/**
 * The text CNN on characters, for noisy text: a misspelt word still has most of its windows. Xiang Zhang,
 * Junbo Zhao, Yann LeCun: Character-level Convolutional Networks for Text Classification, NeurIPS 2015,
 * https://arxiv.org/abs/1509.01626; one layer wide, as Yoon Kim et al.: Character-Aware Neural Language
 * Models, AAAI 2016, https://arxiv.org/abs/1508.06615. See `textCnn`.
 */
export const charactersKind: TrainableEncoderKind<CharacterOptions> = {
  check: strictObject(SCHEMA),
  async build(options, texts) {
    const tokenizer = charactersOf(options);
    const lists = texts.map((text) => tokenizer.tokenize(text));
    return encoderOf(options, Vocabulary.build(lists, { minCount: options.minCount }));
  },
  async restore(options: CharacterOptions, state: Json) {
    const expected = 'the state of an encoder of characters';
    const { vocabulary } = readData(stateCheck, state, expected, 'state', 'characters');
    return encoderOf(options, Vocabulary.fromJSON(vocabulary));
  },
};
