import {
  flag,
  fraction,
  type Json,
  jsonObject,
  positiveInteger,
  type ReadOptions,
  readData,
  required,
  someProperties,
  strictObject,
  string,
  withDefault,
} from '../../../check';
import { WordTokenizer } from '../../tokenizers/word-tokenizer';
import { Vocabulary } from '../../vocabulary';
import { VocabularyVectorizer } from '../../vocabulary-vectorizer';
import { meanEncoder } from '../mean-encoder';
import type { TrainableEncoder, TrainableEncoderKind } from './trainable-encoder';

/** What says how texts are cut into words; see `WordTokenizer`. */
export const TOKENIZER = {
  locale: withDefault(string, 'en'),
  lowerCase: withDefault(flag, true),
  normalize: withDefault(flag, true),
  foldVariants: withDefault(flag, true),
  keepPunctuation: withDefault(flag, false),
};

const tokenizerCheck = strictObject(TOKENIZER);

const OPTIONS = {
  /** D: the size of a word's vector, and of a text's. Default: 128. */
  dimensions: withDefault(positiveInteger, 128),
  /** The share of a text's vector dropped while training. Default: 0.3. */
  dropout: withDefault(fraction, 0.3),
  /** Tokens of a text beyond this many are left out. Default: 64. */
  maxLength: withDefault(positiveInteger, 64),
  /** Words that the training texts hold fewer times are unknown. Default: 1. */
  minCount: withDefault(positiveInteger, 1),
  /** How texts are cut into words. Default: as `WordTokenizer` does. */
  tokenizer: withDefault(tokenizerCheck, tokenizerCheck({}, 'tokenizer', 'mean')),
};

type MeanOptions = ReadOptions<typeof OPTIONS>;

const stateCheck = someProperties({ vocabulary: required(jsonObject) });

/** The mean of word vectors that are learned from nothing; see `meanEncoder`. */
export const mean: TrainableEncoderKind<MeanOptions> = {
  check: strictObject(OPTIONS),
  async build(options, texts) {
    const tokenizer = new WordTokenizer(options.tokenizer);
    const words = texts.map((text) => tokenizer.tokenize(text));
    return meanOf(options, Vocabulary.build(words, { minCount: options.minCount }));
  },
  async restore(options, state: Json) {
    const { vocabulary } = readData(stateCheck, state, 'the state of an encoder', 'state', 'mean');
    return meanOf(options, Vocabulary.fromJSON(vocabulary));
  },
};

/** The encoder with a vocabulary at hand. */
export function meanOf(
  {
    dimensions,
    dropout,
    maxLength,
    tokenizer,
  }: Pick<MeanOptions, 'dimensions' | 'dropout' | 'maxLength' | 'tokenizer'>,
  vocabulary: Vocabulary,
): TrainableEncoder {
  return {
    dimensions,
    vectorizer: new VocabularyVectorizer({
      tokenizer: new WordTokenizer(tokenizer),
      vocabulary,
      maxLength,
    }),
    layer: meanEncoder({ vocabularySize: vocabulary.size, dimensions, dropout }),
    state: { vocabulary: { ...vocabulary.toJSON() } },
    dispose: () => undefined,
  };
}
