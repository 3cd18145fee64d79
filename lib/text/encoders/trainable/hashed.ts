import {
  type Check,
  flag,
  fraction,
  positiveInteger,
  type ReadOptions,
  strictObject,
  string,
  withDefault,
} from '../../../check';
import { outOfRange } from '../../../errors';
import { embedding } from '../../../nn';
import { TokenVectorizer } from '../../token-vectorizer';
import { WordTokenizer } from '../../tokenizers/word-tokenizer';
import { pooledWords } from '../pooled-words';
import { ngramsOf } from './character-ngrams';
import type { TrainableEncoder, TrainableEncoderKind } from './trainable-encoder';

const SCHEMA = {
  /** D: the size of a text's vector. Default: 128. */
  dimensions: withDefault(positiveInteger, 128),
  /** Vectors that n-grams share by their hashes. Default: 32,768. */
  buckets: withDefault(positiveInteger, 2 ** 15),
  /** The shortest n-grams. Default: 3 characters. */
  shortest: withDefault(positiveInteger, 3),
  /** The longest n-grams. Default: 5 characters. */
  longest: withDefault(positiveInteger, 5),
  /** The share of a text's vector dropped while training. Default: 0.1. */
  dropout: withDefault(fraction, 0.1),
  /** Words of a text beyond so many are left out. Default: 64. */
  maxLength: withDefault(positiveInteger, 64),
  /** The language of the texts, which decides where words end. Default: `en`. */
  locale: withDefault(string, 'en'),
  /** Lower-case texts. Default: true. */
  lowerCase: withDefault(flag, true),
};

type HashedOptions = ReadOptions<typeof SCHEMA>;

const optionCheck = strictObject(SCHEMA);

const check: Check<HashedOptions> = (value, name, operator) => {
  const options = optionCheck(value, name, operator);
  const { shortest, longest } = options;
  if (longest >= shortest) return options;
  const expected = `at least ${shortest}, the shortest,`;
  throw outOfRange(expected, `${name}.longest of ${operator}`, longest, operator);
};

function encoderOf(options: HashedOptions): TrainableEncoder {
  const { dimensions, buckets, dropout, locale, lowerCase, maxLength } = options;
  const tokenizer = new WordTokenizer({ locale, lowerCase });
  // Number 0 is that of padding.
  const idsOf = (text: string): Int32Array => {
    const words = tokenizer.tokenize(text).slice(0, maxLength);
    return Int32Array.from(words.flatMap((word) => ngramsOf(word, options).map((id) => id + 1)));
  };
  const table = embedding({
    numEmbeddings: buckets + 1,
    embeddingDim: dimensions,
    paddingIndex: 0,
  });
  return {
    dimensions,
    vectorizer: new TokenVectorizer(idsOf),
    layer: pooledWords({ table, dimensions, pooling: 'mean', dropout }),
    state: {},
    dispose: () => {},
  };
}

/**
 * A text as the normalised mean of the vectors of its words' character n-grams, which have no list: no word
 * is unknown, and a misspelt one shares most of its n-grams with the right one. Piotr Bojanowski et al.:
 * Enriching Word Vectors with Subword Information, TACL 2017, https://arxiv.org/abs/1607.04606
 */
export const hashedKind: TrainableEncoderKind<HashedOptions> = {
  check,
  build: async (options) => encoderOf(options),
  restore: async (options) => encoderOf(options),
};
